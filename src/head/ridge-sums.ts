/**
 * Sums over rows from which ridge regression is solved: X^T X, and the number and sum of the rows of each
 * class. Sums of some rows are added to those of others, or subtracted.
 *
 * Not its concern: penalties.
 */
import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import { multiplyTransposed } from "../math/matrix-products.ts";

/** Sums over some rows. */
export interface Sums {
  /** Rows of each class. */
  readonly counts: Float64Array;
  /** [features, features] */
  readonly products: Float64Array;
  /** Sum of the rows of each class: [classes, features]. */
  readonly byClass: Float64Array;
}

/** Creates the sums of no rows. */
export const createSums = (classes: number, features: number): Sums => ({
  counts: new Float64Array(classes),
  products: new Float64Array(features * features),
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
): void {
  const columns = byClass.length / counts.length;
  addTo(products, multiplyTransposed(x, x, columns, columns, labels.length));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    counts[label]!++;
    for (let j = 0, at = i * columns, to = label * columns; j < columns; j++) byClass[to++]! += x[at++]!;
  }
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

/** A linear function of the features. */
export interface LinearFit {
  /** [features, classes] */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Solves ridge regression on the rows of `all` without those of `left`, at an absolute penalty. */
export function solveSums(all: Sums, left: Sums | undefined, penalty: number, features: number): LinearFit {
  const take = (name: keyof Sums): Float64Array => {
    const values = all[name].slice();
    const other = left?.[name];
    if (other) for (let i = 0; i < values.length; i++) values[i]! -= other[i]!;
    return values;
  };
  const counts = take("counts");
  const products = take("products");
  const byClass = take("byClass");
  const classes = counts.length;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = computeMean(byClass, rows, features);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) products[i * features + j]! -= rows * mean[i]! * mean[j]!;
    products[i * features + i]! += penalty;
  }
  const weight = new Float64Array(features * classes);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) {
      weight[j * classes + k] = 2 * (byClass[k * features + j]! - counts[k]! * mean[j]!);
    }
  }
  solveCholesky(factorCholesky(products, features), features, weight, classes);
  const bias = counts.map((count) => (2 * count) / rows - 1);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) bias[k]! -= mean[j]! * weight[j * classes + k]!;
  }
  return { weight, bias };
}

/** Computes the mean squared norm of the centred rows. */
export function computeMeanSquare({ counts, products, byClass }: Sums, features: number): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = computeMean(byClass, rows, features);
  let trace = 0;
  for (let j = 0; j < features; j++) trace += products[j * features + j]! - rows * mean[j]! ** 2;
  return trace > 0 ? trace / rows : 1;
}

/** Computes the mean of all rows, from their sums by class. */
function computeMean(byClass: Float64Array, rows: number, features: number): Float64Array {
  const mean = new Float64Array(features);
  for (let i = 0; i < byClass.length; i++) mean[i % features]! += byClass[i]! / rows;
  return mean;
}
