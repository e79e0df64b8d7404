import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  computeAmplitudeWeights,
  createStepPool,
  mergeStepPools,
  poolFrames,
  type StepPooled,
} from "./pooling.ts";

const dimensions = 3;
const step = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), {
  minLength: dimensions,
  maxLength: dimensions,
});

const pool = (steps: readonly (readonly number[])[]): StepPooled => {
  const pool = createStepPool(dimensions);
  for (const values of steps) pool.add(Float32Array.from(values));
  return pool.compute();
};

/** The statistics by their definitions, in two passes. */
function describeSteps(steps: readonly (readonly number[])[]): number[] {
  const columns = [0, 1, 2].map((d) => steps.map((values) => values[d]!));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: readonly number[]) =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  return [
    columns.map(mean),
    columns.map(deviation),
    columns.map((values) => Math.max(...values)),
    columns.map((values) => Math.min(...values)),
  ].flat();
}

const tolerance = { rtol: 1e-5, atol: 1e-4 };

it("pools steps into mean, population standard deviation, maximum and minimum", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      const pooled = pool(steps);
      expect(pooled.steps).toBe(steps.length);
      expect(pooled.vector).toBeAllclose(describeSteps(steps), tolerance);
    }),
  );
});

it("merges windows to the result of pooling all their steps at once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      (windows) => {
        expect(mergeStepPools(windows.map(pool))).toBeAllclose(describeSteps(windows.flat()), tolerance);
      },
    ),
  );
});

it("does not keep the array of a step", () => {
  const contexts = createStepPool(dimensions);
  const values = Float32Array.of(1, 2, 3);
  contexts.add(values);
  values.fill(9);
  expect(contexts.compute().vector).toEqual(Float32Array.of(1, 2, 3, 0, 0, 0, 1, 2, 3, 1, 2, 3));
});

describe("amplitude", () => {
  const span = { window: 40, hop: 20 };
  const frames = 9;
  const createSound = (getLevel: (frame: number) => number) =>
    Float32Array.from({ length: 200 }, (_, i) => getLevel(i / 20) * (i % 2 === 0 ? 1 : -1));

  it("weighs frames in proportion to it, whatever the gain and the offset", () => {
    const weights = computeAmplitudeWeights(
      createSound((place) => (place < 5 ? 0.1 : 0.3)),
      frames,
      span,
    );
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(frames, 9);
    expect(weights[8]! / weights[0]!).toBeCloseTo(3, 3);
    const other = createSound((place) => (place < 5 ? 0.01 : 0.03)).map((value) => value + 0.2);
    expect(computeAmplitudeWeights(other, frames, span)).toBeAllclose(weights, { rtol: 1e-4, atol: 1e-4 });
  });

  it("has no effect on even sounds and on silence", () => {
    for (const level of [0, 1e-3, 1]) {
      const weights = computeAmplitudeWeights(
        createSound(() => level),
        frames,
        span,
      );
      expect(weights).toBeAllclose(new Float64Array(frames).fill(1), { rtol: 1e-6, atol: 1e-6 });
    }
  });

  it("lets loud frames determine mean and deviation", () => {
    const values = Float32Array.of(1, 2, 10, 20, 3, 6);
    const { frames: count, vector } = poolFrames(values, 2, Float64Array.of(1.5, 0, 1.5));
    expect(count).toBe(3);
    expect(vector).toBeAllclose(Float32Array.of(2, 4, 1, 2), { rtol: 1e-6, atol: 0 });
  });
});
