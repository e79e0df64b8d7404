/** Calibration: worked examples, properties, and the measurement of a known miscalibration. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom, shuffle } from "../core/random.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { computeCalibration } from "./calibration.ts";

/** Two classes; the first has the probability given, rounded to what float32 holds. */
const two = (first: readonly number[]): Matrix =>
  createMatrix(first.length, 2, Float32Array.from(first.flatMap((p) => [p, 1 - p])));

describe("computeCalibration", () => {
  it("equals a calculation by hand", () => {
    // Top predictions: .5 (tie: class 0) right, .625 (class 1) right, .75 wrong, .875 right.
    const probabilities = [two([0.5, 0.375, 0.75, 0.875])];
    const { bins, expectedError, brierScore, logLoss } = computeCalibration({
      probabilities,
      truth: [0, 1, 1, 0],
      bins: 2,
    });
    expect(bins).toEqual([
      { count: 2, confidence: 0.5625, accuracy: 1 },
      { count: 2, confidence: 0.8125, accuracy: 0.5 },
    ]);
    expect(expectedError).toBeCloseTo((0.4375 + 0.3125) / 2, 12);
    expect(brierScore).toBeCloseTo((2 * (0.25 + 0.140625 + 0.5625 + 0.015625)) / 4, 12);
    expect(logLoss).toBeCloseTo(-Math.log(0.5 * 0.625 * 0.25 * 0.875) / 4, 12);
  });

  it("keeps equal confidences together", () => {
    const truth = [0, 1, 0, 1, 0, 0, 0, 0];
    const { bins } = computeCalibration({
      probabilities: [two([0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 1])],
      truth,
    });
    expect(bins).toEqual([
      { count: 7, confidence: 0.75, accuracy: 5 / 7 },
      { count: 1, confidence: 1, accuracy: 1 },
    ]);
  });

  it("pools repeats instead of averaging them", () => {
    // Certain and right, certain and wrong: the average would be .5.
    const { expectedError, brierScore } = computeCalibration({
      probabilities: [two([1]), two([0])],
      truth: [0],
    });
    expect([expectedError, brierScore]).toEqual([0.5, 1]);
  });

  it("limits the cost of a certain error to the resolution of float32", () => {
    expect(computeCalibration({ probabilities: [two([0])], truth: [0] }).logLoss).toBeCloseTo(
      23 * Math.LN2,
      9,
    );
  });

  it("measures overconfidence, and little error if there is none", () => {
    const random = createRandom(0);
    const stated = Array.from({ length: 4000 }, () => 0.5 + random.uniform() / 2);
    const drawTruth = (shift: number) =>
      stated.map((p) => Number(random.uniform() >= Math.max(0.5, p - shift)));
    const calibrated = computeCalibration({ probabilities: [two(stated)], truth: drawTruth(0) });
    const overconfident = computeCalibration({ probabilities: [two(stated)], truth: drawTruth(0.2) });
    expect(calibrated.expectedError).toBeLessThan(0.03);
    // Expected: the mean of min(.2, p - .5) over p uniform in (.5, 1).
    expect(overconfident.expectedError).toBeGreaterThan(0.16 - 0.03);
    expect(overconfident.expectedError).toBeLessThan(0.16 + 0.03);
    expect(calibrated.bins.map(({ count }) => count)).toEqual(Array(10).fill(400));
  });

  test.prop([
    fc.array(fc.tuple(fc.nat({ max: 16 }), fc.nat({ max: 16 }), fc.nat({ max: 16 }), fc.nat({ max: 2 })), {
      minLength: 1,
      maxLength: 60,
    }),
    fc.integer({ min: 1, max: 12 }),
    fc.nat(),
  ])(
    "counts each prediction once, sorts the bins, and ignores the order of recordings",
    (rows, most, seed) => {
      // Few distinct probabilities, so that there are ties.
      const measure = (chosen: typeof rows) => {
        const values = chosen.flatMap(([a, b, c]) => {
          const sum = a + b + c || 1;
          return a + b + c > 0 ? [a / sum, b / sum, c / sum] : [0.5, 0.25, 0.25];
        });
        return computeCalibration({
          probabilities: [createMatrix(chosen.length, 3, Float32Array.from(values))],
          truth: chosen.map(([, , , label]) => label),
          bins: most,
        });
      };
      const { bins, expectedError, brierScore } = measure(rows);
      expect(bins.length).toBeLessThanOrEqual(most);
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
      for (const [i, { confidence }] of bins.entries()) {
        if (i > 0) expect(confidence).toBeGreaterThan(bins[i - 1]!.confidence);
      }
      const mean = (pick: "confidence" | "accuracy") =>
        bins.reduce((sum, bin) => sum + (bin.count / rows.length) * bin[pick], 0);
      expect(expectedError).toBeGreaterThanOrEqual(Math.abs(mean("confidence") - mean("accuracy")) - 1e-9);
      expect(expectedError).toBeLessThanOrEqual(1);
      expect(brierScore).toBeLessThanOrEqual(2 + 1e-6);
      const shuffled = measure(shuffle(rows, createRandom(seed)));
      expect(shuffled.bins.map(({ count, accuracy }) => [count, accuracy])).toEqual(
        bins.map(({ count, accuracy }) => [count, accuracy]),
      );
      expect(shuffled.expectedError).toBeCloseTo(expectedError, 12);
    },
  );

  it("rejects input that does not match", () => {
    const code = (input: Parameters<typeof computeCalibration>[0]): unknown => {
      try {
        return computeCalibration(input);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code({ probabilities: [two([])], truth: [] })).toBe("no-recordings");
    expect(code({ probabilities: [], truth: [0] })).toBe("no-recordings");
    expect(code({ probabilities: [two([1, 1])], truth: [0] })).toBe("invalid-shape");
    expect(code({ probabilities: [two([1])], truth: [2] })).toBe("invalid-shape");
    expect(code({ probabilities: [two([Number.NaN])], truth: [0] })).toBe("invalid-shape");
    expect(code({ probabilities: [two([1])], truth: [0], bins: 0 })).toBe("invalid-option");
  });
});
