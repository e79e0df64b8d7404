import { expect, it } from "vitest";
import { joinTranscripts } from "./transcriber.ts";

it("joins the windows of a recording, weighing them by their tokens", () => {
  const windows = [
    { text: "Pay the bill", logprob: -0.2, tokens: 3 },
    { text: "", logprob: -4, tokens: 1 },
    { text: "today.", logprob: -1, tokens: 1 },
  ];
  expect(joinTranscripts(windows)).toEqual({
    text: "Pay the bill today.",
    logprob: expect.closeTo((-0.2 * 3 - 4 - 1) / 5),
    tokens: 5,
  });
  expect(joinTranscripts(windows.slice(0, 1))).toEqual(windows[0]);
  expect(() => joinTranscripts([])).toThrow(expect.objectContaining({ code: "too-short" }));
});
