/** Words and files of wordings. */
import { expect, it } from "vitest";
import { listWords, parseWordings } from "./wordings.ts";

it("takes words, with underscores spoken as spaces", () => {
  expect(listWords("yes, smart_mirror,yes")).toEqual([
    { label: "yes", text: "yes" },
    { label: "smart_mirror", text: "smart mirror" },
  ]);
});

it("takes a line per wording, with a comma or a tab, and a wording with commas", () => {
  expect(
    parseWordings("\ufeffbalance,what is left, please\r\nbalance\thow much do I have\r\n\r\nstop\r\n"),
  ).toEqual([
    { label: "balance", text: "what is left, please" },
    { label: "balance", text: "how much do I have" },
    { label: "stop", text: "stop" },
  ]);
});

it.each(["", " , ", ",hello", "?,!?", `a,${"x".repeat(501)}`])("refuses %s", (words) => {
  expect(() => parseWordings(words)).toThrow(expect.objectContaining({ code: "invalid-data" }));
});
