/** Scores against scikit-learn's (scripts/make-metrics-fixture.py), and definitions by hand. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMatrix } from "../math/matrix.ts";
import {
  computeConfusion,
  computeLogLoss,
  computeMajority,
  computeScores,
  getPredictions,
} from "./metrics.ts";

interface Case {
  name: string;
  classes: number;
  truth: number[];
  probabilities: number[][];
  predicted: number[];
  confusion: number[][];
  accuracy: number;
  balancedAccuracy: number;
  macroF1: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  logLoss: number;
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/metrics/metrics.json", import.meta.url), "utf8"),
) as { cases: Case[] };

describe("scores against scikit-learn", () => {
  it.each(cases)("$name", (reference) => {
    const { truth, classes } = reference;
    const probabilities = createMatrix(
      truth.length,
      classes,
      Float32Array.from(reference.probabilities.flat()),
    );
    const predicted = getPredictions(probabilities);
    expect(predicted).toEqual(reference.predicted);
    const confusion = computeConfusion(truth, predicted, classes);
    expect(confusion).toEqual(reference.confusion);
    const scores = computeScores(confusion);
    for (const name of ["precision", "recall", "f1", "support"] as const) {
      expect(scores.perClass.map((score) => score[name])).toBeAllclose(reference[name], { rtol: 1e-12 });
    }
    expect([scores.accuracy, scores.balancedAccuracy, scores.macroF1]).toBeAllclose(
      [reference.accuracy, reference.balancedAccuracy, reference.macroF1],
      { rtol: 1e-12 },
    );
    expect([computeLogLoss(probabilities, truth)]).toBeAllclose([reference.logLoss], { rtol: 1e-5 });
  });
});

describe("definitions", () => {
  it("majority: the most frequent training class, the mean over ties, whether or not they are in the truth", () => {
    expect(computeMajority([1, 1, 0], [0, 1, 1, 1])).toBe(0.75);
    expect(computeMajority([2, 2, 1, 1], [1, 2, 2])).toBeCloseTo(1 / 2);
    expect(computeMajority([2, 2, 1, 1, 0], [0, 2, 2])).toBeCloseTo(1 / 3);
    expect(computeMajority([0, 1, 2, 3], [0, 0, 1])).toBeCloseTo(1 / 4);
    expect(computeMajority([5, 5, 1], [1, 1])).toBe(0);
  });
  it("a certain error costs a finite log-loss", () => {
    expect(computeLogLoss(createMatrix(1, 2, Float32Array.of(1, 0)), [1])).toBeCloseTo(23 * Math.LN2);
  });
  it("a tie goes to the first class", () => {
    expect(getPredictions(createMatrix(1, 3, Float32Array.of(0.2, 0.4, 0.4)))).toEqual([1]);
  });
  it("labels out of range and nothing to score are errors", () => {
    expect(() => computeConfusion([0, 3], [0, 1], 3)).toThrow(
      expect.objectContaining({ code: "invalid-shape" }),
    );
    expect(() => computeConfusion([0, 1], [0, 3], 3)).toThrow(
      expect.objectContaining({ code: "invalid-shape" }),
    );
    expect(() => computeConfusion([0, 1], [0], 3)).toThrow(
      expect.objectContaining({ code: "invalid-shape" }),
    );
    expect(() =>
      computeScores([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow(expect.objectContaining({ code: "no-recordings" }));
  });
});
