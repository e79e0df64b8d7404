/**
 * Pools frames into the mean and the population standard deviation of each dimension, for encoders whose frames are
 * in JavaScript's hands.
 *
 * Not its concern: what a frame is.
 */
import type { Pooled } from "./encoder.ts";

/** `frames`: [count, dimensions], row-major, count >= 1. Two passes in float64. */
export function poolFrames(frames: Float32Array, dimensions: number): Pooled {
  const count = frames.length / dimensions;
  const vector = new Float32Array(2 * dimensions);
  for (let d = 0; d < dimensions; d++) {
    let sum = 0;
    for (let i = d; i < frames.length; i += dimensions) sum += frames[i]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = d; i < frames.length; i += dimensions) squares += (frames[i]! - mean) ** 2;
    vector[d] = mean;
    vector[dimensions + d] = Math.sqrt(squares / count);
  }
  return { frames: count, vector };
}
