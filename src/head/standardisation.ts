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
import { scaleRows, sumRows } from "../math/row-kernel.ts";

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
  const mean = sumRows(data, columns);
  for (let j = 0; j < columns; j++) mean[j]! /= rows;
  const variance = sumRows(data, columns, mean);
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

/** Standardises rows from .. to - 1 (default: all) into float64 [rows, features], or `result`. */
export function applyStandardisation(
  embeddings: Matrix,
  { mean, scale }: Standardisation,
  normalise = false,
  from = 0,
  to = embeddings.rows,
  result: Float64Array = new Float64Array((to - from) * embeddings.columns),
): Float64Array {
  const { columns, data } = embeddings;
  const inverses = new Float64Array(columns);
  for (let j = 0; j < columns; j++) inverses[j] = 1 / scale[j]!;
  scaleRows(data.subarray(from * columns, to * columns), { means: mean, inverses, normalise }, result);
  return result;
}
