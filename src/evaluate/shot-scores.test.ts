/** The covariance of points of a learning curve: variances from intervals, correlations from recordings. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { computeInterval } from "./interval.ts";
import { computeCurveCovariance } from "./shot-scores.ts";

const truth = Array.from({ length: 40 }, (_, i) => i % 4);

function score(correctness: readonly number[], groups?: readonly string[], repeatAccuracies = [0.5]) {
  return { correctness, interval: computeInterval({ truth, correctness, groups }), repeatAccuracies };
}

const correlate = (covariance: readonly (readonly number[])[]): number =>
  covariance[0]![1]! / Math.sqrt(covariance[0]![0]! * covariance[1]![1]!);

describe("computeCurveCovariance", () => {
  const even = truth.map((_, i) => Number(Math.floor(i / 4) % 2));
  const odd = even.map((right) => 1 - right);
  const mixed = truth.map((_, i) => Number(Math.floor(i / 8) % 2));

  it("has the deviation of the intervals", () => {
    const one = score(even);
    const [[variance]] = computeCurveCovariance({ truth, scores: [one] }) as [[number]];
    const deviation = (one.interval.high - one.interval.low) / 3.92;
    expect(variance).toBeCloseTo(deviation ** 2 + 0.005 ** 2, 12);
  });

  it("is positive, negative or zero as scores vary together, oppositely or independently", () => {
    const between = (a: readonly number[], b: readonly number[]): number =>
      correlate(computeCurveCovariance({ truth, scores: [score(a), score(b)] }));
    expect(between(even, even)).toBeGreaterThan(0.95);
    expect(between(even, odd)).toBeLessThan(-0.9);
    expect(Math.abs(between(even, mixed))).toBeLessThan(0.1);
    // All right at both sizes: the same recordings still, though none varies.
    const all = truth.map(() => 1);
    expect(between(all, all)).toBeGreaterThan(0.9);
  });

  it("counts speakers, and includes the variance of the draws", () => {
    const groups = truth.map((_, i) => `${Math.floor(i / 8)}`);
    const variance = (input: Parameters<typeof computeCurveCovariance>[0]): number =>
      computeCurveCovariance(input)[0]![0]!;
    const alone = variance({ truth, scores: [score(mixed)] });
    expect(variance({ truth, groups, scores: [score(mixed, groups)] })).toBeGreaterThan(2 * alone);
    // Variance of the mean of .4 and .6: .02 / 2.
    const drawn = variance({ truth, scores: [score(mixed, undefined, [0.4, 0.6])] });
    expect(drawn - alone).toBeCloseTo(0.01, 12);
  });

  test.prop([
    fc.array(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 40, maxLength: 40 }), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
  ])("is symmetric and positive definite", (rows, direction) => {
    const covariance = computeCurveCovariance({ truth, scores: rows.map((row) => score(row)) });
    fc.pre(direction.slice(0, rows.length).some((value) => Math.abs(value) > 0.01));
    let length = 0;
    for (const [s, row] of covariance.entries()) {
      for (const [t, value] of row.entries()) {
        expect(value).toBeCloseTo(covariance[t]![s]!, 12);
        length += direction[s]! * value * direction[t]!;
      }
    }
    expect(length).toBeGreaterThan(0);
  });
});
