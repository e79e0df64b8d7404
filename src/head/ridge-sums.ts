/**
 * Sums over rows from which ridge regression is solved: X^T X, and the number and sum of the rows of each
 * class. Sums of some rows are added to those of others, or subtracted.
 *
 * Not its concern: penalties.
 *
 * Of X^T X, which is symmetric, only the lower triangle is kept: there is one per fold. Functions that need a
 * whole matrix get memory for it, `square` [features, features], which they overwrite.
 */
import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import { multiplyTransposed } from "../math/matrix-products.ts";

/** Sums over some rows. */
export interface Sums {
  /** Rows of each class. */
  readonly counts: Float64Array;
  /** Lower triangle of X^T X, row by row: [features x (features + 1) / 2] */
  readonly products: Float64Array;
  /** Sum of the rows of each class: [classes, features]. */
  readonly byClass: Float64Array;
}

/** Creates the sums of no rows. */
export const createSums = (classes: number, features: number): Sums => ({
  counts: new Float64Array(classes),
  products: new Float64Array((features * (features + 1)) / 2),
  byClass: new Float64Array(classes * features),
});

/** Adds the sums of other rows. */
export function addSums(to: Sums, from: Sums): void {
  for (const name of ["counts", "products", "byClass"] as const) addTo(to[name], from[name]);
}

/** Adds rows x [rows, features] of these classes. */
export function addPiece(
  { counts, products, byClass }: Sums,
  x: Float64Array,
  labels: ArrayLike<number>,
  square: Float64Array,
): void {
  const columns = byClass.length / counts.length;
  multiplyTransposed(x, x, columns, columns, labels.length, square);
  for (let row = 0, to = 0; row < columns; row++) {
    addTo(products.subarray(to, to + row + 1), square.subarray(row * columns));
    to += row + 1;
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    counts[label]!++;
    for (let j = 0, at = i * columns, to = label * columns; j < columns; j++) byClass[to++]! += x[at++]!;
  }
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

function subtractFrom(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! -= source[i]!;
}

/** A linear function of the features. */
export interface LinearFit {
  /** [features, classes] */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Solves ridge regression on the rows of `all` without those of `left`, at an absolute penalty. */
export function solveSums(
  all: Sums,
  left: Sums | undefined,
  { penalty, square }: { readonly penalty: number; readonly square: Float64Array },
): LinearFit {
  const take = (name: "counts" | "byClass"): Float64Array => {
    const values = all[name].slice();
    if (left) subtractFrom(values, left[name]);
    return values;
  };
  const counts = take("counts");
  const byClass = take("byClass");
  const features = byClass.length / counts.length;
  const classes = counts.length;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = computeMean(byClass, rows, features);
  for (let i = 0, from = 0; i < features; i++) {
    const row = square.subarray(i * features, i * features + i + 1);
    row.set(all.products.subarray(from, from + i + 1));
    if (left) subtractFrom(row, left.products.subarray(from, from + i + 1));
    for (let j = 0; j <= i; j++) row[j]! -= rows * mean[i]! * mean[j]!;
    row[i]! += penalty;
    from += i + 1;
  }
  const weight = new Float64Array(features * classes);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) {
      weight[j * classes + k] = 2 * (byClass[k * features + j]! - counts[k]! * mean[j]!);
    }
  }
  solveCholesky(factorCholesky(square, features), features, weight, classes);
  const bias = counts.map((count) => (2 * count) / rows - 1);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) bias[k]! -= mean[j]! * weight[j * classes + k]!;
  }
  return { weight, bias };
}

/** Computes the mean squared norm of the centred rows. */
export function computeMeanSquare({ counts, products, byClass }: Sums): number {
  const features = byClass.length / counts.length;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = computeMean(byClass, rows, features);
  let trace = 0;
  for (let j = 0; j < features; j++) trace += products[(j * (j + 3)) / 2]! - rows * mean[j]! ** 2;
  return trace > 0 ? trace / rows : 1;
}

/** Computes the mean of all rows, from their sums by class. */
function computeMean(byClass: Float64Array, rows: number, features: number): Float64Array {
  const mean = new Float64Array(features);
  for (let i = 0; i < byClass.length; i++) mean[i % features]! += byClass[i]! / rows;
  return mean;
}
