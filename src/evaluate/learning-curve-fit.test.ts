/**
 * The fit: recovers curves of the model, stays in bounds for any input, and has wide intervals if few points
 * are given.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  type CurvePoint,
  computeQuantiles,
  fitLearningCurve,
  predictFromCurves,
} from "./learning-curve-fit.ts";
import { computeChoiceAccuracy, computeLearningGain } from "./learning-gain.ts";

const diagonal = (deviations: readonly number[]): number[][] =>
  deviations.map((a, s) => deviations.map((_, t) => (s === t ? a * a : 0)));

const toPoints = (sizes: readonly number[], accuracy: (n: number) => number): CurvePoint[] =>
  sizes.map((n) => ({ recordingsPerClass: n, balancedAccuracy: accuracy(n) }));

describe("fitLearningCurve", () => {
  it("recovers the curve of exact points, with narrow intervals", () => {
    for (const [limit, noise] of [
      [2, 3],
      [3, 3],
      [4, 12],
    ] as const) {
      const truth = (n: number): number => computeChoiceAccuracy(limit / Math.sqrt(1 + noise / n), 10);
      const fit = fitLearningCurve(toPoints([1, 2, 3, 5, 8], truth), diagonal(Array(5).fill(0.004)), 10);
      for (const n of [8, 16, 32]) {
        const { estimate, low, high } = predictFromCurves(fit, (curve) => curve(n));
        expect(estimate).toBeGreaterThan(truth(n) - 0.02);
        expect(estimate).toBeLessThan(truth(n) + 0.02);
        expect(low).toBeLessThan(truth(n) + 1e-3);
        expect(high).toBeGreaterThan(truth(n) - 1e-3);
        expect(high - low).toBeLessThan(0.1);
      }
    }
  });

  it("never forecasts more than learning-gain.ts allows", () => {
    const fit = fitLearningCurve(
      toPoints([4], () => 0.6),
      diagonal([1e-4]),
      10,
    );
    for (const growth of [1.5, 2, 4]) {
      const { high } = predictFromCurves(fit, (curve) => curve(4 * growth));
      expect(high).toBeLessThanOrEqual(computeLearningGain(0.6, 10, growth) + 0.01);
    }
  });

  it("expects no growth from a flat curve, and has a wide interval from one point", () => {
    const flat = fitLearningCurve(
      toPoints([1, 2, 3, 5], () => 0.6),
      diagonal(Array(4).fill(0.01)),
      4,
    );
    const gain = predictFromCurves(flat, (curve) => curve(10) - curve(5));
    expect(gain.low).toBeLessThan(1e-6);
    expect(gain.high).toBeLessThan(0.02);
    const single = fitLearningCurve(
      toPoints([5], () => 0.6),
      diagonal([0.01]),
      4,
    );
    const wide = predictFromCurves(single, (curve) => curve(10) - curve(5));
    expect(wide.low).toBeLessThan(1e-6);
    expect(wide.high).toBeGreaterThan(0.08);
  });

  it("predicts perfect scores from perfect scores, with an interval", () => {
    const fit = fitLearningCurve(
      toPoints([1, 2, 3], () => 1),
      diagonal(Array(3).fill(0.03)),
      6,
    );
    const { estimate, low, high } = predictFromCurves(fit, (curve) => curve(6));
    expect([estimate, high]).toBeAllclose([1, 1], { atol: 1e-6 });
    expect(low).toBeLessThan(0.99);
    expect(low).toBeGreaterThan(0.9);
  });

  it("contains chance if nothing is learned", () => {
    const fit = fitLearningCurve(
      toPoints([1, 2, 4], () => 0.1),
      diagonal(Array(3).fill(0.03)),
      10,
    );
    const { estimate, low } = predictFromCurves(fit, (curve) => curve(8));
    expect(low).toBeCloseTo(0.1, 6);
    expect(estimate).toBeLessThan(0.15);
  });

  it("has a wide interval if no curve fits", () => {
    // One step, then constant: sharper than any curve of the model.
    const width = (points: CurvePoint[]): number => {
      const fit = fitLearningCurve(points, diagonal(Array(4).fill(0.01)), 10);
      const { low, high } = predictFromCurves(fit, (curve) => curve(8));
      return high - low;
    };
    const leap = width(toPoints([1, 2, 3, 4], (n) => (n === 1 ? 0.3 : 0.7)));
    const smooth = width(toPoints([1, 2, 3, 4], (n) => computeChoiceAccuracy(3 / Math.sqrt(1 + 4 / n), 10)));
    expect(leap).toBeGreaterThan(2 * smooth);
  });

  test.prop([
    fc.integer({ min: 2, max: 30 }),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.005, max: 0.3, noNaN: true }),
        fc.double({ min: 1.1, max: 3, noNaN: true }),
      ),
      { minLength: 1, maxLength: 5 },
    ),
  ])("rises, lies between chance and 1, contains its estimate", (classes, rows) => {
    let n = 1;
    const points = rows.map(([balancedAccuracy, , growth], i) => {
      if (i > 0) n *= growth;
      return { recordingsPerClass: n, balancedAccuracy };
    });
    const fit = fitLearningCurve(points, diagonal(rows.map(([, deviation]) => deviation)), classes);
    expect(fit.shapes.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    let before = { estimate: 0, low: 0, high: 0 };
    for (const growth of [1, 1.5, 2, 4]) {
      const now = predictFromCurves(fit, (curve) => curve(n * growth));
      for (const key of ["estimate", "low", "high"] as const) {
        expect(now[key]).toBeGreaterThanOrEqual(before[key] - 1e-12);
        expect(now[key]).toBeGreaterThanOrEqual(1 / classes - 1e-5);
        expect(now[key]).toBeLessThanOrEqual(1);
      }
      expect(now.low).toBeLessThanOrEqual(now.estimate);
      expect(now.high).toBeGreaterThanOrEqual(now.estimate);
      before = now;
    }
    const gain = predictFromCurves(fit, (curve) => curve(2 * n) - curve(n));
    expect(gain.low).toBeGreaterThanOrEqual(0);
  });
});

describe("computeQuantiles", () => {
  it("leaves as much weight below as above", () => {
    const values = [5, 1, 4, 2, 3].map((value) => ({ value, weight: 1 }));
    expect(computeQuantiles(values, 0.6)).toEqual([1, 4]);
    expect(computeQuantiles([...values, { value: 9, weight: 95 }], 0.95)).toEqual([3, 9]);
  });
});
