/**
 * The evaluation document: one definition for all its numbers, and recordings (not predictions) as the unit.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { computeEvaluation, type EvaluationInput } from "./evaluate.ts";
import { computeInterval } from "./interval.ts";
import { computeScores, getPredictions } from "./metrics.ts";

/** Random probabilities that favour the truth. */
function draw(truth: readonly number[], classes: number, seed: number, favour = 1): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(truth.length, classes);
  for (const [i, label] of truth.entries()) {
    const row = Array.from({ length: classes }, (_, c) =>
      Math.exp(random.normal() + (c === label ? favour : 0)),
    );
    const sum = row.reduce((a, b) => a + b, 0);
    matrix.data.set(
      row.map((value) => value / sum),
      i * classes,
    );
  }
  return matrix;
}

const truth = Array.from({ length: 50 }, (_, i) => i % 5);
const base: EvaluationInput = {
  protocol: "cross-validation",
  labels: ["a", "b", "c", "d", "e"],
  truth,
  probabilities: Array.from({ length: 10 }, (_, repeat) => draw(truth, 5, repeat)),
  trainAccuracy: 1,
};

describe("computeEvaluation", () => {
  test.prop([
    fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 1, max: 4 }),
    fc.nat(),
  ])(
    "has scores that follow from its confusion matrix and are means over repeats",
    (labels, repeats, seed) => {
      const probabilities = Array.from({ length: repeats }, (_, r) => draw(labels, 4, seed + r));
      const evaluation = computeEvaluation({
        ...base,
        labels: ["a", "b", "c", "d"],
        truth: labels,
        probabilities,
      });
      const again = computeScores(evaluation.confusion);
      expect(evaluation.accuracy).toBe(again.accuracy);
      expect(evaluation.balancedAccuracy).toBe(again.balancedAccuracy);
      expect(evaluation.macroF1).toBe(again.macroF1);
      expect(Object.values(evaluation.perClass)).toEqual(again.perClass);
      const total = evaluation.confusion.flat().reduce((sum, count) => sum + count, 0);
      expect(total).toBeCloseTo(labels.length, 9);
      const single = probabilities.map((matrix) =>
        computeEvaluation({ ...base, labels: evaluation.labels, truth: labels, probabilities: [matrix] }),
      );
      for (const name of ["accuracy", "balancedAccuracy", "logLoss"] as const) {
        const mean = single.reduce((sum, one) => sum + one[name], 0) / repeats;
        expect(evaluation[name]).toBeCloseTo(mean, 9);
      }
      const [low, high] = evaluation.interval;
      expect(low).toBeLessThanOrEqual(evaluation.balancedAccuracy + 1e-9);
      expect(high).toBeGreaterThanOrEqual(evaluation.balancedAccuracy - 1e-9);
      expect([low >= 0, high <= 1]).toEqual([true, true]);
    },
  );

  it("does not score the mean of the repeats' probabilities, which is an ensemble", () => {
    const evaluation = computeEvaluation(base);
    const mean = createMatrix(50, 5);
    for (const matrix of base.probabilities)
      for (const [i, p] of matrix.data.entries()) mean.data[i]! += p / 10;
    const ensemble = getPredictions(mean).filter((label, i) => label === truth[i]).length / 50;
    expect(ensemble).toBeGreaterThan(evaluation.accuracy + 0.1);
  });

  it("has an interval that counts recordings, however often each was predicted", () => {
    const one = base.probabilities.slice(0, 1);
    const once = computeEvaluation({ ...base, probabilities: one });
    const often = computeEvaluation({ ...base, probabilities: Array.from({ length: 10 }, () => one[0]!) });
    expect(often.interval).toBeAllclose(once.interval, { rtol: 1e-9 });
    expect(often.effectiveRecordings).toBeLessThanOrEqual(50);
    expect(often.effectiveRecordings).toBeCloseTo(once.effectiveRecordings, 9);
    expect(often.confusion.flat()).toBeAllclose(once.confusion.flat());
    // Counting recordings x repeats would make it less than half as wide.
    const wrong = computeInterval({
      truth: Array.from({ length: 10 }, () => truth).flat(),
      correctness: one.flatMap((m) =>
        Array.from({ length: 10 }, () => getPredictions(m).map((p, i) => Number(p === truth[i]))).flat(),
      ),
    });
    expect(wrong.high - wrong.low).toBeLessThan((once.interval[1] - once.interval[0]) / 2);
  });

  it("has a wider interval when recordings of a speaker are right or wrong together", () => {
    const right = truth.map((_, i) => Math.floor(i / 10) % 2);
    const probabilities = [createMatrix(50, 5)];
    for (const [i, label] of truth.entries())
      probabilities[0]!.data[i * 5 + (right[i] ? label : (label + 1) % 5)] = 1;
    const groups = truth.map((_, i) => `speaker ${Math.floor(i / 10)}`);
    const alone = computeEvaluation({ ...base, probabilities });
    const grouped = computeEvaluation({ ...base, probabilities, groups });
    expect([alone.grouping, grouped.grouping, grouped.speakers]).toEqual(["none", "speaker", 5]);
    expect(grouped.effectiveRecordings).toBeLessThan(7);
    expect(grouped.interval[0]).toBeLessThan(alone.interval[0] - 0.15);
    expect(computeEvaluation({ ...base, probabilities, groups, grouping: "none" }).interval).toEqual(
      alone.interval,
    );
  });

  it("contains every field of the contract, and is unchanged by JSON", () => {
    const skipped = [{ file: "x.wav", code: "silent", message: "m", hint: "h" }];
    const evaluation = computeEvaluation({
      ...base,
      protocol: "held-out",
      truth: [0, 0, 0, 1],
      probabilities: [draw([0, 0, 0, 1], 5, 0, 100)],
      trainLabels: [1, 1, 0],
      unseenLabels: { z: 2 },
      overlap: ["y.wav"],
      skipped,
    });
    expect(JSON.parse(JSON.stringify(evaluation))).toMatchObject({
      protocol: "held-out",
      recordings: 4,
      classes: 5,
      accuracy: 1,
      balancedAccuracy: 1,
      chance: 0.2,
      majority: 0.25,
      macroF1: 1,
      labels: ["a", "b", "c", "d", "e"],
      trainAccuracy: 1,
      grouping: "none",
      unseenLabels: { z: 2 },
      overlap: ["y.wav"],
      skipped,
      repeats: 1,
      mostConfused: [],
    });
    expect(evaluation.perClass.b).toEqual({ precision: 1, recall: 1, f1: 1, support: 1 });
    expect(evaluation.perClass.e).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(evaluation.confusion[0]).toEqual([3, 0, 0, 0, 0]);
    expect(evaluation.interval[1]).toBe(1);
    expect(evaluation.interval[0]).toBeLessThan(0.5);
  });

  it("raises score and upper limit to what training on all recordings gives", () => {
    const [plain, folded] = [computeEvaluation(base), computeEvaluation({ ...base, k: 5, growth: 1.25 })];
    expect(folded.folds).toBe(5);
    expect(folded.crossValidated).toBe(plain.balancedAccuracy);
    expect(folded.balancedAccuracy).toBeGreaterThan(plain.balancedAccuracy + 0.01);
    expect(folded.balancedAccuracy).toBeLessThan(folded.interval[1]);
    expect(folded.interval[0]).toBe(plain.interval[0]);
    expect(folded.interval[1]).toBeGreaterThan(plain.interval[1] + 0.01);
  });

  it("lists the pairs most confused", () => {
    const probabilities = [createMatrix(4, 3, Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0))];
    const { mostConfused } = computeEvaluation({
      ...base,
      labels: ["x", "y", "z"],
      truth: [2, 0, 2, 1],
      probabilities,
    });
    expect(mostConfused).toEqual([
      { truth: "z", predicted: "y", count: 2 },
      { truth: "x", predicted: "y", count: 1 },
    ]);
  });

  it("keeps labels that are names of object members", () => {
    const labels = ["__proto__", "constructor"];
    const evaluation = computeEvaluation({
      ...base,
      labels,
      truth: [0, 1],
      probabilities: [draw([0, 1], 2, 0)],
    });
    expect(Object.keys(evaluation.perClass)).toEqual(labels);
  });

  it("rejects input without recordings to score, and arrays of different lengths", () => {
    const nothing = { ...base, truth: [], probabilities: [createMatrix(0, 5)], unseenLabels: { zebra: 3 } };
    expect(() => computeEvaluation(nothing)).toThrow(
      expect.objectContaining({ code: "no-recordings", message: expect.stringContaining("zebra") }),
    );
    for (const wrong of [
      { probabilities: [] },
      { probabilities: [createMatrix(49, 5)] },
      { probabilities: [createMatrix(50, 4)] },
      { groups: ["a"] },
    ]) {
      expect(() => computeEvaluation({ ...base, ...wrong })).toThrow(
        expect.objectContaining({ code: "invalid-shape" }),
      );
    }
  });
});
