import { describe, expect, it } from "vitest";
import { checkTrainable, countLabels } from "./classes.ts";

const label = (...labels: string[]) => labels.map((one) => ({ label: one }));

describe("classes", () => {
  it("are counted in code-unit order", () => {
    expect([...countLabels(label("b", "a", "Я", "b", "B"))]).toEqual([
      ["B", 1],
      ["a", 1],
      ["b", 2],
      ["Я", 1],
    ]);
  });

  it("can be trained on with two classes of two recordings", () => {
    expect(checkTrainable(label("a", "b", "b", "a"))).toEqual([]);
  });

  it.each([
    [label(), "no-recordings", /No recording is left/],
    [label("a", "a", "a"), "too-few-classes", /All 3 recordings are labelled "a"/],
    [label("a", "a", "ёж", "c c"), "too-few-recordings", /labelled "c c", "ёж";/],
    [label("a", "a", ..."bcdefghi"), "too-few-recordings", /"f" and 3 more;/],
  ])("cannot be trained on: %j", (recordings, code, message) => {
    expect(() => checkTrainable(recordings)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it("with one recording are a warning when there are test recordings", () => {
    expect(checkTrainable(label("a", "a", "b"), { tested: true })).toMatchObject([
      { code: "too-few-recordings" },
    ]);
    expect(() => checkTrainable(label("a"), { tested: true })).toThrow(/at least two classes/);
  });
});
