/** An evaluation as text: statements agree with its interval, and absent parts are not shown. */
import { describe, expect, it } from "vitest";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { describeClasses, describeEvaluation } from "./describe-evaluation.ts";

const evaluation: Evaluation = {
  protocol: "cross-validation",
  recordings: 20,
  classes: 4,
  accuracy: 0.5,
  newSpeakers: null,
  balancedAccuracy: 0.95,
  interval: [0.92, 0.98],
  chance: 0.25,
  majority: 0.25,
  macroF1: 0.5,
  labels: ["cat", "рысь", "dog", "owl"],
  perClass: {
    cat: { precision: 0.625, recall: 0.5, f1: 0.5556, support: 10 },
    рысь: { precision: 1 / 3, recall: 0.4, f1: 0.3636, support: 5 },
    dog: { precision: 0.25, recall: 0.2, f1: 0.2222, support: 5 },
    owl: { precision: 0, recall: 0, f1: 0, support: 0 },
  },
  confusion: [
    [5, 3.6, 1.4, 0],
    [1.4, 2, 1.6, 0],
    [3.6, 0.4, 1, 0],
    [0, 0, 0, 0],
  ],
  trainAccuracy: 1,
  grouping: "none",
  unseenLabels: {},
  overlap: [],
  skipped: [],
  repeats: 10,
  folds: 5,
  logLoss: 1,
  calibration: { expectedError: 0.04, brierScore: 0.3, bins: [] },
  effectiveRecordings: 20,
  mostConfused: [
    { truth: "cat", predicted: "рысь", count: 3.6 },
    { truth: "dog", predicted: "рысь", count: 0.4 },
  ],
};
const describeText = (changes: Partial<Evaluation>) =>
  describeEvaluation(
    { ...evaluation, ...changes },
    { bold: (text) => text, verbose: false, width: undefined },
  ).join("\n");

describe("describeEvaluation", () => {
  it("states the error rates, including chance, that a score without mistakes does not exclude", () => {
    const right = describeText({ balancedAccuracy: 1, interval: [0.73, 1] });
    expect(right).toContain("no mistake yet on 20 recordings; up to 27.0 % of answers may still be wrong");
    const few = describeText({ balancedAccuracy: 1, interval: [0.2, 1] });
    expect(few).toContain("no mistake yet on 20 recordings, which are too few to exclude guessing");
    for (const text of [right, few]) expect(text).not.toMatch(/useful|not distinguishable/);
  });

  it("names classes that are trained but not scored", () => {
    expect(describeText({ unscoredLabels: ["owl"] })).toContain("without owl, which has one recording");
  });

  it.each([
    ["not distinguishable from guessing", 0.25, 0.98],
    ["but mostly wrong", 0.3, 0.49],
    ["possibly wrong more often than right", 0.49, 0.98],
    ["useful where a mistake costs little", 0.5, 0.98],
    ["useful where a mistake costs little", 0.89, 0.98],
    ["good; keep testing", 0.9, 0.98],
  ])("states '%s' for an interval from %d to %d, for any score", (words, low, high) => {
    for (const balancedAccuracy of [low, high]) {
      expect(describeText({ balancedAccuracy, interval: [low, high] })).toContain(words);
    }
  });

  it("describes a perfect score as no mistake yet, with the bound of its interval", () => {
    expect(describeText({ balancedAccuracy: 1, interval: [0.832, 1] })).toContain(
      "no mistake yet on 20 recordings; up to 16.8 % of answers may still be wrong",
    );
    expect(describeText({ balancedAccuracy: 0.9999, interval: [0.832, 1] })).toContain(
      "balanced accuracy 99.9 %",
    );
  });

  it.each([
    [
      "class-by-one-speaker",
      ["cat"],
      "these same speakers",
      "new speakers",
      'record "cat" by at least two speakers',
    ],
    ["sources-mixed", undefined, "these same sources", "new sources", "record each class from at least two"],
    ["duration-tells", undefined, "recordings made like these", "other recordings", "to the same durations"],
  ])("states what was not measured: %s", (code, labels, on, elsewhere, remedy) => {
    const text = describeText({ notMeasured: { code, message: "because", labels } });
    expect(text).toContain(`Balanced accuracy on ${on} 95.0 %`);
    expect(text).toContain(`on ${elsewhere} not measurable: because; to measure it, `);
    expect(text).toContain(remedy);
    expect(text).not.toMatch(/Held-out balanced|good; keep/);
  });

  it("describes a score with a wide interval as uncertain, with the number of recordings", () => {
    expect(describeText({ interval: [0.6, 0.91] })).toContain("this score is uncertain: 20 recordings\n");
    expect(describeText({ interval: [0.6, 0.91], speakers: 3 })).toContain("20 recordings by 3 speakers");
    expect(describeText({ interval: [0.6, 0.89] })).not.toContain("uncertain");
  });

  it("names confusions of at least half a recording, in whole recordings", () => {
    expect(describeText({})).toMatch(/^Mixed up +cat as рысь \(4\)$/m);
    expect(describeText({})).not.toContain("dog as");
    expect(describeText({ mostConfused: [evaluation.mostConfused[1]!] })).not.toContain("Mixed up");
  });
});

describe("the form of the lines", () => {
  it("states how it was measured only with `verbose`", () => {
    const style = { bold: (text: string) => text, width: undefined };
    expect(describeEvaluation(evaluation, { ...style, verbose: false }).join()).not.toMatch(
      /training recordings/,
    );
    expect(describeEvaluation(evaluation, { ...style, verbose: true }).join()).toMatch(/training recordings/);
  });

  it("wraps text next to its name, to the width of the terminal", () => {
    const lines = describeEvaluation(evaluation, {
      bold: (text) => `\u001b[1m${text}\u001b[0m`,
      verbose: false,
      width: 50,
    });
    expect(lines[0]).toContain("\u001b[1mHeld-out balanced accuracy 95.0 %\u001b[0m,");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of a style
    for (const line of lines) expect(line.replace(/\u001b\[\d+m/g, "").length).toBeLessThanOrEqual(50);
    expect(lines.every((line) => /^(\S[^:]{0,10} {2,}| {12})\S|^\S+ +/.test(line))).toBe(true);
  });
});

describe("describeClasses", () => {
  it("omits columns on a narrow terminal", () => {
    expect(describeClasses(evaluation, 45)[0]).toBe("class  recordings  precision  recall");
    expect(describeClasses(evaluation, 52)[0]).toBe("class  recordings  precision  recall  classified as");
  });

  it("is a table of the scores and confusions of each class", () => {
    expect(describeClasses(evaluation)).toEqual([
      "class  recordings  precision  recall    F1  classified as",
      "cat            10       63 %    50 %  56 %  рысь 4, dog 1",
      "рысь            5       33 %    40 %  36 %  dog 2, cat 1",
      "dog             5       25 %    20 %  22 %  cat 4",
      "owl             0          -       -     -",
    ]);
  });
});
