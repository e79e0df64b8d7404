/**
 * Class means whitened by the covariance within classes, and the comparison of rows with them.
 *
 * Not its concern: the use of a comparison, leaving rows out (left-out-comparison.ts).
 *
 * With m_k the class means, c their mean, R the rows minus their class means, dof = rows - classes and e the
 * mean variance within classes: W = e (R^T R / dof + e I)^-1 = I - R^T (R R^T + dof e I)^-1 R (Woodbury).
 * This uses the shrunk shared covariance of linear discriminant analysis (Ledoit and Wolf 2004; Lee et al.
 * 2018 for out-of-distribution detection). Inner products are a^T W b.
 */
import { factorCholesky, invertLower } from "../math/cholesky.ts";
import { multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";

/** Share of the mean variance within classes that is added to all directions. */
const shrinkage = 1;

/** One row compared with the class means. */
export interface WhitenedComparison {
  /** Inner product with each class mean (minus their mean). */
  readonly products: Float64Array;
  /** Squared norm of the row (minus the mean of the class means). */
  readonly square: number;
  /** The same without whitening. */
  readonly plainSquare: number;
}

/** Whitened class means in the space of the features. */
interface WhitenedSpace {
  /** Mean of the class means: [features]. */
  readonly centre: Float64Array;
  /** W (m_k - c), by class in ascending order: [classes, features]. */
  readonly templates: Float64Array;
  /** Directions that W removes, scaled so that a^T W a = |a|^2 - |subspace a|^2: [rows, features]. */
  readonly subspace: Float64Array;
  /** Norm of each class mean (minus their mean). */
  readonly norms: Float64Array;
  /** dof e, which is added to all directions. */
  readonly added: number;
}

/** Fits to rows [rows, features]; `gram` is their Gram matrix. */
export function fitWhitenedSpace(
  x: Float64Array,
  gram: Float64Array,
  labels: readonly number[],
  features: number,
): WhitenedSpace {
  const rows = labels.length;
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const members = classes.map((label) => labels.flatMap((own, row) => (own === label ? [row] : [])));
  const count = classes.length;
  const templates = new Float64Array(count * features);
  const centre = new Float64Array(features);
  const residuals = x.slice();
  for (const [k, own] of members.entries()) {
    const mean = templates.subarray(k * features, (k + 1) * features);
    for (const row of own) addShare(mean, x.subarray(row * features, (row + 1) * features), own.length);
    for (const row of own) subtract(residuals.subarray(row * features, (row + 1) * features), mean);
    addShare(centre, mean, count);
  }
  for (let k = 0; k < count; k++) subtract(templates.subarray(k * features, (k + 1) * features), centre);
  const spread = computeSpread(gram, members, rows);
  const degrees = Math.max(rows - count, 1);
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += spread[i * rows + i]!;
  const added = Math.max((shrinkage * Math.max(trace, 0)) / features, 1e-6 * features * degrees);
  for (let i = 0; i < rows; i++) spread[i * rows + i]! += added;
  const inverse = invertLower(factorCholesky(spread, rows), rows);
  const subspace = multiply(inverse, residuals, rows, features, rows);
  const whitened = multiplyByRows(subspace, templates, rows, count, features);
  const removed = multiplyTransposed(whitened, subspace, count, features, rows);
  const norms = Float64Array.from(members, (_, k) => {
    let square = 0;
    for (let j = k * features; j < (k + 1) * features; j++) square += templates[j]! ** 2;
    for (let i = 0; i < rows; i++) square -= whitened[i * count + k]! ** 2;
    return Math.sqrt(Math.max(square, tiny));
  });
  subtract(templates, removed);
  return { centre, templates, subspace, norms, added };
}

/** Adds each number, divided by `count`, to the sums. */
function addShare(sums: Float64Array, values: Float64Array, count: number): void {
  for (let j = 0; j < sums.length; j++) sums[j]! += values[j]! / count;
}

function subtract(values: Float64Array, subtracted: Float64Array): void {
  for (let j = 0; j < values.length; j++) values[j]! -= subtracted[j]!;
}

/** Computes R R^T from the Gram matrix. */
function computeSpread(
  gram: Float64Array,
  members: readonly (readonly number[])[],
  rows: number,
): Float64Array {
  const places = new Int32Array(rows);
  // Inner products of every row with the class means.
  const means = members.map((own, k) => {
    const mean = new Float64Array(rows);
    for (const row of own) {
      places[row] = k;
      addShare(mean, gram.subarray(row * rows, (row + 1) * rows), own.length);
    }
    return mean;
  });
  const between = means.map((mean) => Float64Array.from(members, (own) => averageAt(mean, own)));
  const spread = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) fillSpread(spread, gram, i, places, means, between[places[i]!]!);
  return spread;
}

function averageAt(values: Float64Array, places: readonly number[]): number {
  let sum = 0;
  for (const place of places) sum += values[place]!;
  return sum / places.length;
}

/** Row and column i of R R^T, up to the diagonal. */
function fillSpread(
  spread: Float64Array,
  gram: Float64Array,
  i: number,
  places: Int32Array,
  means: readonly Float64Array[],
  ownBetween: Float64Array,
): void {
  const rows = places.length;
  const own = means[places[i]!]!;
  for (let j = 0; j <= i; j++) {
    const k = places[j]!;
    const value = gram[i * rows + j]! - own[j]! - means[k]![i]! + ownBetween[k]!;
    spread[i * rows + j] = value;
    spread[j * rows + i] = value;
  }
}

/** Compares rows [rows, features] with the class means. */
export function compareInSpace(
  { templates, subspace }: { readonly templates: Float64Array; readonly subspace: Float64Array },
  x: Float64Array,
  features: number,
): WhitenedComparison[] {
  const rows = x.length / features;
  const [classes, removed] = [templates.length / features, subspace.length / features];
  const products = multiplyByRows(x, templates, rows, classes, features);
  const taken = multiplyByRows(x, subspace, rows, removed, features);
  return Array.from({ length: rows }, (_, row) => {
    let plainSquare = 0;
    for (let j = row * features; j < (row + 1) * features; j++) plainSquare += x[j]! * x[j]!;
    let square = plainSquare;
    for (let j = row * removed; j < (row + 1) * removed; j++) square -= taken[j]! * taken[j]!;
    return {
      products: products.subarray(row * classes, (row + 1) * classes),
      square: Math.max(square, tiny),
      plainSquare,
    };
  });
}

const tiny = 1e-12;
