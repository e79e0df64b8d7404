/** When the sentences mention the larger recogniser. */
import { expect, it } from "vitest";
import { describeLargerEncoder } from "./sentences.ts";

const describe = (words: number, encoder = "moonshine-tiny") =>
  describeLargerEncoder([
    { encoder: "google-speech-embedding", layer: 0, weight: 1 - words },
    { encoder, layer: "transcript", weight: words / 2 },
    { encoder, layer: "context", weight: words / 2 },
  ]);

it("is mentioned where words of the small one carry most of the decision, and nowhere else", () => {
  expect(describe(0.7)).toContain("words carry 70 % of the decision: try --encoder moonshine-base");
  expect(describe(0.4)).toBeUndefined();
  expect(describe(0.7, "moonshine-base")).toBeUndefined();
});
