/**
 * Standardisation of features: (x - mean) / scale, optionally followed by division by the row's Euclidean
 * norm.
 *
 * Not its concern: labels, kinds of head.
 *
 * Mean and scale are rounded to float32 before they are first used, so training and a saved head use the same
 * numbers.
 */
import type { Matrix } from "../math/matrix.ts";

/** Mean and scale of each feature, float32. */
export interface Standardisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * A feature is treated as constant if its standard deviation is at most this share of its mean: such
 * variation is float32 rounding noise (relative step 1.2e-7).
 */
const constantShare = 1e-6;

/** Fits mean and population standard deviation of each feature; constant features get scale 1. */
export function fitStandardisation(embeddings: Matrix): Standardisation {
  const { rows, columns, data } = embeddings;
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  // Four rows per pass, added in order.
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const first = row * columns;
    for (let j = 0; j < columns; j++) {
      const at = first + j;
      mean[j] =
        mean[j]! + data[at]! + data[at + columns]! + data[at + 2 * columns]! + data[at + 3 * columns]!;
    }
  }
  for (let at = row * columns; at < data.length; at++) mean[at % columns]! += data[at]!;
  for (let j = 0; j < columns; j++) mean[j]! /= rows;
  row = 0;
  for (; row + 3 < rows; row += 4) {
    const first = row * columns;
    for (let j = 0; j < columns; j++) {
      const at = first + j;
      const middle = mean[j]!;
      const a = data[at]! - middle;
      const b = data[at + columns]! - middle;
      const c = data[at + 2 * columns]! - middle;
      const d = data[at + 3 * columns]! - middle;
      variance[j] = variance[j]! + a * a + b * b + c * c + d * d;
    }
  }
  for (let at = row * columns; at < data.length; at++) {
    const offset = data[at]! - mean[at % columns]!;
    variance[at % columns]! += offset * offset;
  }
  const scale = new Float32Array(columns);
  for (let j = 0; j < columns; j++) {
    const deviation = Math.fround(Math.sqrt(variance[j]! / rows));
    scale[j] = deviation > constantShare * Math.abs(mean[j]!) ? deviation : 1;
  }
  return { mean: new Float32Array(mean), scale };
}

/** {@link fitStandardisation} if `standardise`, otherwise the identity. */
export function chooseStandardisation(embeddings: Matrix, standardise: boolean): Standardisation {
  return standardise ? fitStandardisation(embeddings) : createIdentityStandardisation(embeddings.columns);
}

/** Creates the identity. */
export function createIdentityStandardisation(features: number): Standardisation {
  return { mean: new Float32Array(features), scale: new Float32Array(features).fill(1) };
}

/**
 * Standardises rows from .. to - 1 (default: all) into float64 [rows, features]; allocates unless `result` is
 * given.
 */
export function applyStandardisation(
  embeddings: Matrix,
  { mean, scale }: Standardisation,
  normalise = false,
  from = 0,
  to = embeddings.rows,
  result: Float64Array = new Float64Array((to - from) * embeddings.columns),
): Float64Array {
  const { columns, data } = embeddings;
  const inverse = new Float64Array(columns);
  for (let j = 0; j < columns; j++) inverse[j] = 1 / scale[j]!;
  const base = from * columns;
  for (let start = 0; start < result.length; start += columns) {
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      const value = (data[base + start + j]! - mean[j]!) * inverse[j]!;
      result[start + j] = value;
      sum += value * value;
    }
    // Rows of zeros stay zero.
    if (!normalise || sum === 0) continue;
    const factor = 1 / Math.sqrt(sum);
    for (let j = start; j < start + columns; j++) result[j]! *= factor;
  }
  return result;
}
