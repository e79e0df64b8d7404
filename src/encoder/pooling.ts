/**
 * Pooling over time: statistics of an encoder's frames or of a decoder's steps, and merging the windows of a
 * recording.
 *
 * Frames may count by amplitude: noise and other voices fill the pauses of a recording, and its loud parts
 * survive them.
 *
 * References: Welford 1962, "Note on a Method for Calculating Corrected Sums of Squares and Products"
 * (running variance); Chan, Golub, LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for Computing
 * Sample Variances" (merging).
 */
import { type FrameSpan, leastPower, tinyPower } from "../onnx/pooling-graph.ts";

/**
 * How frames are pooled: all count the same (`even`), or by the amplitude of their samples.
 */
export type FramePooling = "even" | "amplitude";

/** Names the pooling in the recipe of an encoder; layers below `from` are pooled evenly. */
export function describePooling(pooling: FramePooling, from = 0): string {
  if (pooling === "even") return "pool=mean+std";
  return `pool=mean+std by amplitude${from > 0 ? ` from layer ${from}` : ""}`;
}

/**
 * Computes the weight of each frame: the standard deviation of its samples, divided by its mean over frames.
 * The first frame starts at sample 0, and the last one ends within the samples.
 */
export function computeAmplitudeWeights(
  samples: Float32Array,
  frames: number,
  { window, hop }: FrameSpan,
): Float64Array {
  // Running sums, since windows overlap.
  const sums = new Float64Array(samples.length + 1);
  const squares = new Float64Array(samples.length + 1);
  for (let i = 0; i < samples.length; i++) {
    sums[i + 1] = sums[i]! + samples[i]!;
    squares[i + 1] = squares[i]! + samples[i]! * samples[i]!;
  }
  const powers = Float64Array.from({ length: frames }, (_, frame) => {
    const [start, end] = [frame * hop, frame * hop + window];
    const offset = (sums[end]! - sums[start]!) / window;
    return Math.max(0, (squares[end]! - squares[start]!) / window - offset ** 2);
  });
  const loudest = powers.reduce((most, power) => Math.max(most, power), 0);
  const amplitudes = powers.map((power) => Math.sqrt(power / (loudest + tinyPower) + leastPower));
  const mean = amplitudes.reduce((sum, amplitude) => sum + amplitude, 0) / frames;
  return amplitudes.map((amplitude) => amplitude / mean);
}

/**
 * Pools `frames` ([count, dimensions], row-major, count >= 1) into means, then population standard deviations
 * [2 x dimensions]. `weights` [count] have mean 1; without them, all frames count the same. Two passes in
 * float64.
 */
export function poolFrames(
  frames: Float32Array,
  dimensions: number,
  weights: Float64Array = new Float64Array(frames.length / dimensions).fill(1),
): { readonly frames: number; readonly vector: Float32Array } {
  const count = frames.length / dimensions;
  const vector = new Float32Array(2 * dimensions);
  for (let d = 0; d < dimensions; d++) {
    let sum = 0;
    for (let i = 0, at = d; i < count; i++, at += dimensions) sum += weights[i]! * frames[at]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0, at = d; i < count; i++, at += dimensions) {
      squares += weights[i]! * (frames[at]! - mean) ** 2;
    }
    vector[d] = mean;
    vector[dimensions + d] = Math.sqrt(squares / count);
  }
  return { frames: count, vector };
}

/** Mean and standard deviation of one part of a recording. */
interface PartMoments {
  /** Number of frames or steps that were pooled: the weight of this part. */
  readonly count: number;
  /** From `start` on: `dimensions` means, then as many population standard deviations. */
  readonly vector: Float32Array;
}

/** Writes the moments of all parts to `result`, from `start` on: as if everything were pooled at once. */
export function mergeMoments(
  parts: readonly PartMoments[],
  start: number,
  dimensions: number,
  result: Float32Array,
): void {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  for (let d = start; d < start + dimensions; d++) {
    let mean = 0;
    for (const { count, vector } of parts) mean += (count / total) * vector[d]!;
    let variance = 0;
    for (const { count, vector } of parts) {
      const offset = vector[d]! - mean;
      variance += (count / total) * (vector[dimensions + d]! ** 2 + offset * offset);
    }
    result[d] = mean;
    result[dimensions + d] = Math.sqrt(variance);
  }
}

/** Statistics per dimension of pooled steps: mean, standard deviation, maximum, minimum. */
export const stepStatistics = 4;

/** Running statistics of decoder steps; the number of steps need not be known in advance. */
interface StepPool {
  /** Adds one step [dimensions]; the values are not kept. */
  add(values: Float32Array): void;
  /** Returns the statistics so far; at least one step is needed. */
  compute(): StepPooled;
}

/** The pooled steps of one window. */
export interface StepPooled {
  readonly steps: number;
  /** [4 x dimensions]: means, population standard deviations, maxima, minima. */
  readonly vector: Float32Array;
}

/** Creates an empty pool. */
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

/** Merges the windows of one recording, at least one: the same as pooling all steps at once. */
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
