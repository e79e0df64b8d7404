import { describe, expect, it } from "vitest";
import { checkAlikeLabels, checkAlikeSpellings, findAlikeLabels } from "./alike-labels.ts";

describe("labels that are alike", () => {
  it.each([
    ["case", ["yes", "Yes", "no"], ["yes", "Yes"], false],
    ["a zero-width space", ["yes", "yes\u200b", "no"], ["yes", "yes\u200b"], true],
    ["a soft hyphen", ["co\u00adop", "coop"], ["co\u00adop", "coop"], true],
    ["a compatibility form", ["ﬁre", "fire"], ["ﬁre", "fire"], true],
    ["a no-break space inside", ["a b", "a\u00a0b"], ["a b", "a\u00a0b"], true],
    ["a variation selector", ["❤", "❤\ufe0f"], ["❤", "❤\ufe0f"], true],
  ])("differ by %s", (_, labels, alike, looksSame) => {
    expect(findAlikeLabels(labels)).toEqual([{ labels: alike, looksSame }]);
  });

  it("are listed with their differences", () => {
    const [warning] = checkAlikeLabels(["yes", "yes\u200b"]);
    expect(warning).toMatchObject({ code: "alike-labels" });
    expect(warning?.message).toContain('"yes", "yes<U+200B>"');
    expect(checkAlikeLabels(["yes", "no", "yess"])).toEqual([]);
  });

  it("count as one if they differ by outer spaces or composition, with a warning", () => {
    const rows = ["é", "e\u0301", " é"].map((written, i) => ({ file: `${i}.wav`, written, label: "é" }));
    expect(checkAlikeSpellings(rows)).toMatchObject([{ code: "alike-labels", file: "1.wav" }]);
    expect(checkAlikeSpellings(rows.slice(0, 1))).toEqual([]);
  });
});
