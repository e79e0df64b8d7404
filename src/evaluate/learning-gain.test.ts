/** The learning gain: its accuracy function compared with a closed form and with simulation; properties. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { computeChoiceAccuracy, computeLearningGain, createChoiceCurve } from "./learning-gain.ts";

describe("computeChoiceAccuracy", () => {
  it("is chance at distance 0, and 1 at large distances", () => {
    for (const classes of [2, 5, 30]) {
      expect(computeChoiceAccuracy(0, classes)).toBeCloseTo(1 / classes, 6);
      expect(computeChoiceAccuracy(12, classes)).toBeCloseTo(1, 6);
    }
  });

  it("is Phi(d / sqrt 2) for two classes", () => {
    // Phi at 1 / sqrt 2, sqrt 2 and 3 / sqrt 2, from SciPy's norm.cdf.
    const got = [1, 2, 3].map((d) => computeChoiceAccuracy(d, 2));
    expect(got).toBeAllclose([0.7602499389065233, 0.9213503964748575, 0.9830525732376554], { atol: 1e-6 });
  });

  it("is Phi(d / sqrt 2) at large distances, where rounding matters", () => {
    // 1 - Phi at 5.1 / sqrt 2 and 7 / sqrt 2, from SciPy's norm.sf.
    const got = [5.1, 7].map((d) => 1e4 * (1 - computeChoiceAccuracy(d, 2)));
    expect(got).toBeAllclose([1.5533017131959532, 0.00371549186170705], { rtol: 1e-3 });
  });

  it("equals the frequency with which the true class has the highest of random scores", () => {
    const random = createRandom(0);
    const draws = 40_000;
    let right = 0;
    for (let draw = 0; draw < draws; draw++) {
      const own = 2 + random.normal();
      right += Number(Array.from({ length: 13 }, () => random.normal()).every((other) => other < own));
    }
    expect(computeChoiceAccuracy(2, 14)).toBeGreaterThan(right / draws - 0.01);
    expect(computeChoiceAccuracy(2, 14)).toBeLessThan(right / draws + 0.01);
  });
});

describe("createChoiceCurve", () => {
  test.prop([fc.integer({ min: 2, max: 40 }), fc.double({ min: 0, max: 10, noNaN: true })])(
    "is computeChoiceAccuracy, and never falls",
    (classes, d) => {
      const curve = createChoiceCurve(classes);
      expect([curve(d)]).toBeAllclose([computeChoiceAccuracy(Math.min(8, d), classes)], { atol: 1e-4 });
      expect(curve(d + 0.01)).toBeGreaterThanOrEqual(curve(d));
      expect(curve(-d)).toBe(curve(0));
    },
  );
});

describe("computeLearningGain", () => {
  test.prop([
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 2, max: 40 }),
    fc.double({ min: 1, max: 2, noNaN: true }),
  ])("never loses, grows with the data, stays within [0, 1]", (accuracy, classes, growth) => {
    const gained = computeLearningGain(accuracy, classes, growth);
    expect(gained).toBeGreaterThanOrEqual(accuracy);
    expect(gained).toBeLessThanOrEqual(1);
    expect(computeLearningGain(accuracy, classes, growth + 0.5)).toBeGreaterThanOrEqual(gained);
  });

  it("is 0 without more data, at chance, and for a perfect score", () => {
    expect(computeLearningGain(0.6, 5, 1)).toBeCloseTo(0.6, 6);
    expect(computeLearningGain(0.2, 5, 2)).toBe(0.2);
    expect(computeLearningGain(1, 5, 2)).toBe(1);
  });
});
