/** A learning curve as text: gains with sign, and no claim if classes cannot be distinguished. */
import { describe, expect, it } from "vitest";
import type { ClassGain } from "../evaluate/learning-curve.ts";
import type { DatasetCurve } from "../workflow/measure-curve.ts";
import { describeCurve } from "./describe-curve.ts";

const plain = { bold: (text: string) => text, dim: (text: string) => text };
const curve: DatasetCurve = {
  ...{ labels: ["transfer", "balance"], recordings: 8, recordingsPerClass: 4, chance: 0.5 },
  ...{ grouping: "none", groupingReason: "no recording names its speaker", evaluations: 20, skipped: [] },
  points: [
    {
      ...{ shots: 1, recordingsPerClass: 1, balancedAccuracy: 0.55 },
      interval: [0.2, 0.8],
      recall: {},
      repeats: 10,
    },
    {
      ...{ shots: 3, recordingsPerClass: 3, balancedAccuracy: 0.7 },
      interval: [0.3, 0.9],
      recall: {},
      repeats: 10,
    },
  ],
  forecasts: [
    {
      ...{ growth: 1, recordings: 8, recordingsPerClass: 4, balancedAccuracy: 0.72, interval: [0.3, 0.9] },
      ...{ gain: 0, gainInterval: [0, 0] },
    },
    {
      ...{ growth: 2, recordings: 16, recordingsPerClass: 8, balancedAccuracy: 0.8, interval: [0.4, 0.95] },
      ...{ gain: 0.08, gainInterval: [-0.012, 0.2] },
    },
  ],
  advice: { kind: "class", label: "transfer", gain: 0.041 },
  classGains: [
    { label: "transfer", recordings: 4, added: 5, gain: 0.041, interval: [-0.009, 0.088], outgrows: false },
    { label: "balance", recordings: 4, added: 5, gain: 0.004, interval: [0, 0.01], outgrows: false },
  ],
};
const describeText = (changes: Partial<DatasetCurve> = {}) =>
  describeCurve({ ...curve, ...changes }, plain).join("\n");

describe("describeCurve", () => {
  it("states the gain from twice the recordings, and from more of one class", () => {
    expect(describeText()).toContain(
      "With 2 times the recordings (16, of the same kind) expect about +8 points (95 % -1 to +20): 80.0 %.",
    );
    expect(describeText()).toContain(
      "With 5 more recordings of transfer expect about +4 points (95 % -0.9 to +9).",
    );
    expect(describeText()).toContain(
      "With 5 more recordings of balance expect about +0.4 points (95 % +0.0 to +1).",
    );
  });

  it.each([60, 80, 120])("fits %d columns", (width) => {
    const lines = describeCurve(curve, { ...plain, width });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    // Intervals are always drawn, and given in numbers if there is room.
    expect(lines.some((line) => line.includes(" % to "))).toBe(width > 91);
    expect(lines.filter((line) => / o|-o/.test(line)).length).toBeGreaterThan(1);
  });

  it("draws each measured and forecast point once", () => {
    const lines = describeCurve(curve, plain);
    expect(lines.filter((line) => / o.*-|-o/.test(line) && line.includes(" % to "))).toHaveLength(2);
    expect(lines.filter((line) => line.includes("?~") && line.endsWith("forecast"))).toHaveLength(1);
  });

  it("gives a maximum for a class that would become the largest, only if no other would gain", () => {
    const [first, second] = curve.classGains as [ClassGain, ClassGain];
    const advice = { kind: "all", gain: 0.08 } as const;
    const one = describeText({ advice, classGains: [{ ...first, outgrows: true }, second] });
    expect(one).not.toContain("of transfer");
    expect(one).toContain("With 5 more recordings of balance expect about");
    const all = describeText({
      advice,
      classGains: [first, second].map((gain) => ({ ...gain, outgrows: true })),
    });
    expect(all).toContain("of transfer, the class that would gain most, expect at most about +4 points");
    expect(all).not.toContain("of balance");
    const even = describeText({
      advice,
      classGains: [first, { ...first, label: "balance" }].map((gain) => ({ ...gain, outgrows: true })),
    });
    expect(even).toContain("of transfer, the class most often missed, expect at most");
  });

  it("gives advice according to the forecast, and none without a forecast", () => {
    expect(describeText()).toContain("Most would come from more recordings of transfer.");
    const none = describeText({ advice: { kind: "other", gain: 0 } });
    expect(none).toContain("More recordings of the same kind would not raise the score");
    expect(none).not.toMatch(/5 more recordings|usually give more/);
    const right = describeText({ advice: { kind: "no-mistake", gain: 0 } });
    expect(right).toContain("No mistake yet");
    expect(right).toContain("(now 30.0 % to 90.0 %)");
    expect(right).not.toMatch(/expect about|forecast by a model|, forecast$/m);
    expect(describeText({ advice: { kind: "guessing", gain: 0 } })).not.toContain("expect about");
  });

  it("makes no forecast for new speakers if the score measures known ones", () => {
    const notMeasured = { code: "class-by-one-speaker", message: "balance is by one speaker" };
    const known = describeText({ notMeasured });
    expect(known).toMatch(/^Balanced accuracy on these same speakers by training recordings per class/);
    expect(known).toContain("On new speakers not measurable: balance is by one speaker");
    expect(known).not.toMatch(/expect about|5 more recordings|usually give more|, forecast$/m);
  });

  it("names classes that are not scored", () => {
    expect(describeText({ unscoredLabels: ["fee"] })).toContain("without fee, which has one recording");
  });

  it("states the score of the folds, and that a test set has another", () => {
    const last = { ...curve.points[1]!, crossValidated: 0.66, trainedPerClass: 2.6 };
    expect(describeText({ points: [curve.points[0]!, last] })).toContain(
      "its folds, which train on about 3 per class, scored 66.0 %",
    );
    const tested = describeText({ testRecordings: 9 });
    expect(tested).toContain("`golem train` states its score on the 9 test recordings");
    expect(tested).not.toContain("is the score of `golem train`");
  });
});
