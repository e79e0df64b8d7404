/** Gains of classes: properties, and comparison with the true gains of a simulated learner. */

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createRandom } from "../core/random.ts";
import { computeClassGains } from "./class-gain.ts";
import {
  fitLearningCurve,
  type LearningCurveFit,
  type Prediction,
  predictFromCurves,
} from "./learning-curve-fit.ts";
import { computeChoiceAccuracy } from "./learning-gain.ts";
import { computeHarmonicMean } from "./shot-plan.ts";

function fitChoice(limit: number, noise: number, classes: number): LearningCurveFit {
  const points = [1, 2, 3, 4].map((n) => ({
    recordingsPerClass: n,
    balancedAccuracy: computeChoiceAccuracy(limit / Math.sqrt(1 + noise / n), classes),
  }));
  const covariance = points.map((_, s) => points.map((_point, t) => (s === t ? 1e-4 : 0)));
  return fitLearningCurve(points, covariance, classes);
}

describe("computeClassGains", () => {
  const fit = fitChoice(3, 6, 5);
  const sizes = [5, 5, 5, 5, 5];
  const trained = [4, 4, 4, 4, 4];

  it("sums to about what all classes together would gain", () => {
    const recall = computeChoiceAccuracy(3 / Math.sqrt(1 + 6 / 4), 5);
    const gains = computeClassGains({ fit, sizes, trained, recalls: Array(5).fill(recall), added: 5 });
    const together = predictFromCurves(fit, (curve) => curve(10) - curve(5)).estimate;
    const sum = gains.reduce((total, { estimate }) => total + estimate, 0);
    expect(sum).toBeGreaterThan(0.9 * together);
    expect(sum).toBeLessThan(1.1 * together);
  });

  it("gives most to the class with most errors, and to the one with fewest recordings", () => {
    const missed = computeClassGains({
      fit,
      sizes: Array(5).fill(50),
      trained: Array(5).fill(40),
      recalls: [0.9, 0.3, 0.9, 0.9, 0.9],
      added: 5,
    });
    for (const c of [0, 2, 3, 4]) expect(missed[1]!.estimate).toBeGreaterThan(2 * missed[c]!.estimate);
    const small = computeClassGains({
      fit,
      sizes: [3, 12, 12, 12, 12],
      trained: [2.4, 9.6, 9.6, 9.6, 9.6],
      recalls: Array(5).fill(0.7),
      added: 5,
    });
    expect(small[0]!.estimate).toBeGreaterThan(2 * small[1]!.estimate);
  });

  it("ignores differences that chance explains", () => {
    const gains = computeClassGains({ fit, sizes, trained, recalls: [0.8, 0.6, 0.6, 0.8, 0.6], added: 5 });
    for (const { estimate } of gains) expect(estimate).toBeCloseTo(gains[0]!.estimate, 9);
  });

  test.prop(
    [
      fc.array(fc.tuple(fc.integer({ min: 2, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 2,
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 50 }),
    ],
    { numRuns: scaleRuns(40) },
  )(
    "is never negative, never above the remaining error, and grows with the recordings added",
    (rows, added) => {
      const input = {
        fit: fitChoice(2, 4, rows.length),
        sizes: rows.map(([size]) => size),
        trained: rows.map(([size]) => size - 1),
        recalls: rows.map(([, recall]) => recall),
      };
      const gains = computeClassGains({ ...input, added });
      const more = computeClassGains({ ...input, added: 2 * added });
      for (const [c, { estimate, low, high }] of gains.entries()) {
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        expect(high).toBeLessThanOrEqual(1 / rows.length);
        expect(more[c]!.estimate).toBeGreaterThanOrEqual(estimate - 1e-12);
      }
    },
  );

  it("is right for a learner of noisy class means: on average, and which class gains", () => {
    const worlds = Array.from({ length: 12 }, (_, seed) => simulateWorld(seed));
    const mean = average(worlds.flatMap(({ truth }) => truth));
    const predicted = average(worlds.flatMap(({ gains }) => gains.map(({ estimate }) => estimate)));
    expect(predicted).toBeGreaterThan(0.6 * mean);
    expect(predicted).toBeLessThan(1.6 * mean);
    const chosen = worlds.map(({ gains, truth }) => {
      const estimates = gains.map(({ estimate }) => estimate);
      return truth[estimates.indexOf(Math.max(...estimates))]!;
    });
    expect(average(chosen)).toBeGreaterThan(1.3 * mean);
    // 0.015: two standard errors of the simulated truth.
    const held = worlds.flatMap(({ gains, truth }) =>
      gains.map(({ low, high }, c) => Number(truth[c]! > low - 0.015 && truth[c]! < high + 0.015)),
    );
    expect(average(held)).toBeGreaterThan(0.85);
  });
});

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Six classes with means estimated from 2, 4 or 8 recordings: predicted and true gains from 8 more. */
function simulateWorld(seed: number): { gains: Prediction[]; truth: number[] } {
  const features = 6;
  const sizes = [2, 4, 8, 2, 4, 8];
  const added = 8;
  const random = createRandom(5, seed);
  const draw = (deviation: number): number[] =>
    Array.from({ length: features }, () => deviation * random.normal());
  const add = (a: readonly number[], b: readonly number[]): number[] => a.map((value, j) => value + b[j]!);
  const centres = sizes.map(() => draw(1));
  /** Recalls of nearest means, corrected for their noise (which moves them away from all rows). */
  const measure = (counts: readonly number[], draws: number): number[] => {
    const hits = counts.map(() => 0);
    for (let i = 0; i < draws; i++) {
      const means = centres.map((centre, c) => add(centre, draw(1 / Math.sqrt(counts[c]!))));
      for (const c of Array.from({ length: 120 }, (_, test) => test % counts.length)) {
        const point = add(centres[c]!, draw(1));
        const scores = means.map(
          (own, other) =>
            features / counts[other]! - own.reduce((sum, m, j) => sum + (m - point[j]!) ** 2, 0),
        );
        if (scores.indexOf(Math.max(...scores)) === c) hits[c]! += counts.length / (120 * draws);
      }
    }
    return hits;
  };
  const points = [0.25, 0.5, 1].map((share) => {
    const counts = sizes.map((n) => share * n);
    return {
      recordingsPerClass: computeHarmonicMean(counts),
      balancedAccuracy: average(measure(counts, 30)),
    };
  });
  const covariance = points.map((_, s) => points.map((_point, t) => (s === t ? 2e-4 : 0)));
  const fit = fitLearningCurve(points, covariance, sizes.length);
  const before = average(measure(sizes, 60));
  return {
    gains: computeClassGains({ fit, sizes, trained: sizes, recalls: measure(sizes, 3), added }),
    truth: sizes.map((_, c) => average(measure(sizes.with(c, sizes[c]! + added), 60)) - before),
  };
}
