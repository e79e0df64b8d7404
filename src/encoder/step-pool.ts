/**
 * Pools what a decoder gives at each step into one vector: mean, population standard deviation, maximum and minimum of each
 * dimension over the steps.
 *
 * Running variance: Welford 1962, "Note on a Method for Calculating Corrected Sums of Squares and Products".
 * Not its concern: what a step gives, how many there will be.
 */
import { mergeMoments } from "./merge-moments.ts";

/** How many numbers a dimension becomes. */
export const stepStatistics = 4;

/** What is pooled so far. */
export interface StepPool {
  /** Takes one step in: [dimensions]; kept by nobody. */
  add(values: Float32Array): void;
  /** The number of steps, and of at least one step [4 x dimensions]: means, standard deviations, maxima, minima. */
  compute(): StepPooled;
}

/** Steps of one window, pooled. */
export interface StepPooled {
  readonly steps: number;
  readonly vector: Float32Array;
}

/** Creates a pool of nothing. */
export function createStepPool(dimensions: number): StepPool {
  let steps = 0;
  const mean = new Float64Array(dimensions);
  const squares = new Float64Array(dimensions);
  const highest = new Float32Array(dimensions).fill(Number.NEGATIVE_INFINITY);
  const lowest = new Float32Array(dimensions).fill(Number.POSITIVE_INFINITY);
  return {
    add(values) {
      steps++;
      for (let d = 0; d < dimensions; d++) {
        const value = values[d]!;
        const offset = value - mean[d]!;
        mean[d]! += offset / steps;
        squares[d]! += offset * (value - mean[d]!);
        highest[d] = Math.max(highest[d]!, value);
        lowest[d] = Math.min(lowest[d]!, value);
      }
    },
    compute() {
      const vector = new Float32Array(stepStatistics * dimensions);
      vector.set(mean);
      vector.set(
        squares.map((sum) => Math.sqrt(sum / steps)),
        dimensions,
      );
      vector.set(highest, 2 * dimensions);
      vector.set(lowest, 3 * dimensions);
      return { steps, vector };
    },
  };
}

/** Merges the windows of one recording, at least one: what pooling all steps at once would give. */
export function mergeStepPools(windows: readonly StepPooled[]): Float32Array {
  const size = windows[0]!.vector.length;
  const dimensions = size / stepStatistics;
  const merged = new Float32Array(size);
  mergeMoments(
    windows.map(({ steps, vector }) => ({ count: steps, vector })),
    0,
    dimensions,
    merged,
  );
  for (let d = 2 * dimensions; d < size; d++) {
    const values = windows.map(({ vector }) => vector[d]!);
    merged[d] = d < 3 * dimensions ? Math.max(...values) : Math.min(...values);
  }
  return merged;
}
