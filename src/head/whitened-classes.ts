/**
 * Class means whitened by the covariance within classes, and the comparison of rows with them. All is
 * computed from a Gram matrix, so leaving rows out needs a matrix of the size of the rows, not of the
 * features.
 *
 * Not its concern: the meaning of the rows, the use of a comparison.
 *
 * With m_k the class means, c their mean, R the rows minus their class means, dof = rows - classes and e a
 * tenth of the mean variance within classes: W = e (R^T R / dof + e I)^-1 = I - R^T (R R^T + dof e I)^-1 R
 * (Woodbury). This uses the shrunk shared covariance of linear discriminant analysis (Ledoit and Wolf 2004;
 * Lee et al. 2018 for out-of-distribution detection). Inner products are a^T W b.
 */
import { factorCholesky, invertLower } from "../math/cholesky.ts";
import { dot, multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";

/** Share of the mean variance within classes that is added to all directions. */
const shrinkage = 0.1;

/** One row compared with the class means. */
export interface WhitenedComparison {
  /** Inner product with each class mean (minus their mean), in the order of `classes`. */
  readonly products: Float64Array;
  /** Squared norm of the row (minus the mean of the class means). */
  readonly square: number;
}

/** Whitened class means of some rows. */
export interface WhitenedClasses {
  /** Classes that have at least one kept row, ascending. */
  readonly classes: readonly number[];
  /** Norm of each class mean (minus their mean). */
  readonly norms: Float64Array;
  /** Compares any row of the Gram matrix, kept or not. */
  compare(row: number): WhitenedComparison;
}

/** Whitened class means in the space of the features, for comparing rows that are not in the Gram matrix. */
interface WhitenedSpace {
  /** Mean of the class means: [features]. */
  readonly centre: Float64Array;
  /** W (m_k - c): [classes, features]. */
  readonly templates: Float64Array;
  /** Directions that W removes, scaled so that a^T W a = |a|^2 - |subspace a|^2: [rows, features]. */
  readonly subspace: Float64Array;
  /** Norm of each class mean (minus their mean). */
  readonly norms: Float64Array;
}

/**
 * Fits to the rows `kept` of a Gram matrix [rows, rows]; `features` is the number of features of the rows.
 */
export function whitenClasses(
  gram: Float64Array,
  labels: ArrayLike<number>,
  kept: readonly number[],
  features: number,
): WhitenedClasses {
  return createFit(gram, labels, kept, features);
}

/** Fits to all rows [rows, features]; `gram` is their Gram matrix. */
export function fitWhitenedSpace(
  x: Float64Array,
  gram: Float64Array,
  labels: ArrayLike<number>,
  features: number,
): WhitenedSpace {
  const rows = labels.length;
  const allRows = Array.from({ length: rows }, (_, row) => row);
  const { members, inverse, whitened, norms } = createFit(gram, labels, allRows, features);
  const count = members.length;
  const templates = new Float64Array(count * features);
  const centre = new Float64Array(features);
  const residuals = x.slice();
  for (const [k, own] of members.entries()) {
    const mean = templates.subarray(k * features, (k + 1) * features);
    for (const row of own) for (let j = 0; j < features; j++) mean[j]! += x[row * features + j]! / own.length;
    for (const row of own) for (let j = 0; j < features; j++) residuals[row * features + j]! -= mean[j]!;
    for (let j = 0; j < features; j++) centre[j]! += mean[j]! / count;
  }
  for (let i = 0; i < templates.length; i++) templates[i]! -= centre[i % features]!;
  const subspace = multiply(inverse, residuals, rows, features, rows);
  const removed = multiplyTransposed(whitened, subspace, count, features, rows);
  for (let i = 0; i < templates.length; i++) templates[i]! -= removed[i]!;
  return { centre, templates, subspace, norms };
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
    let square = 0;
    for (let j = row * features; j < (row + 1) * features; j++) square += x[j]! * x[j]!;
    for (let j = row * removed; j < (row + 1) * removed; j++) square -= taken[j]! * taken[j]!;
    return {
      products: products.subarray(row * classes, (row + 1) * classes),
      square: Math.max(square, tiny),
    };
  });
}

const tiny = 1e-12;

interface Fit extends WhitenedClasses {
  /** Rows of each class. */
  readonly members: readonly (readonly number[])[];
  /** L^-1, where L is the Cholesky factor of R R^T + dof e I over the kept rows; 0 above the diagonal. */
  readonly inverse: Float64Array;
  /** L^-1 R (m_k - c): [kept rows, classes]. */
  readonly whitened: Float64Array;
}

function createFit(
  gram: Float64Array,
  labels: ArrayLike<number>,
  kept: readonly number[],
  features: number,
): Fit {
  const rows = labels.length;
  const classes = [...new Set(kept.map((row) => labels[row]!))].sort((a, b) => a - b);
  const members = classes.map((label) => kept.filter((row) => labels[row] === label));
  const places = kept.map((row) => classes.indexOf(labels[row]!));
  const averageOver = (own: readonly number[], values: Float64Array): number =>
    own.reduce((sum, row) => sum + values[row]!, 0) / own.length;
  /**
   * For a vector given by its inner products with the rows: its inner product with the mean of the class
   * means.
   */
  const averageOverClasses = (values: Float64Array): number =>
    members.reduce((sum, own) => sum + averageOver(own, values), 0) / members.length;
  /** For a vector given by its inner products with the rows: R times the vector. */
  const takeResiduals = (values: Float64Array): Float64Array => {
    const means = members.map((own) => averageOver(own, values));
    const residuals = new Float64Array(kept.length);
    for (let i = 0; i < residuals.length; i++) residuals[i] = values[kept[i]!]! - means[places[i]!]!;
    return residuals;
  };
  // Inner products with every row of the class means, of their mean, and of the differences.
  const means = members.map((own) => {
    const mean = new Float64Array(rows);
    for (const row of own) {
      for (let j = 0; j < rows; j++) mean[j]! += gram[row * rows + j]! / own.length;
    }
    return mean;
  });
  const centre = new Float64Array(rows);
  for (const mean of means) for (let j = 0; j < rows; j++) centre[j]! += mean[j]! / means.length;
  const offsets = means.map((mean) => mean.map((value, j) => value - centre[j]!));
  const toCentre = offsets.map(averageOverClasses);
  const centreSquare = averageOverClasses(centre);

  const size = kept.length;
  const spread = new Float64Array(size * size);
  const between = means.map((mean) => members.map((own) => averageOver(own, mean)));
  let trace = 0;
  for (let i = 0; i < size; i++) {
    const row = kept[i]!;
    const place = places[i]!;
    const [own, ownBetween] = [means[place]!, between[place]!];
    for (let j = 0; j <= i; j++) {
      const other = kept[j]!;
      const l = places[j]!;
      const value = gram[row * rows + other]! - own[other]! - means[l]![row]! + ownBetween[l]!;
      spread[i * size + j] = value;
      spread[j * size + i] = value;
    }
    trace += spread[i * size + i]!;
  }
  const degrees = Math.max(size - classes.length, 1);
  const added = Math.max((shrinkage * Math.max(trace, 0)) / features, 1e-9 * features * degrees);
  for (let i = 0; i < size; i++) spread[i * size + i]! += added;
  const inverse = invertLower(factorCholesky(spread, size), size);

  const count = classes.length;
  const residuals = new Float64Array(size * count);
  for (const [k, offset] of offsets.entries()) {
    for (const [i, value] of takeResiduals(offset).entries()) residuals[i * count + k] = value;
  }
  const whitened = multiply(inverse, residuals, size, count, size);
  const norms = Float64Array.from(offsets, (offset, k) => {
    let square = averageOver(members[k]!, offset) - toCentre[k]!;
    for (let i = 0; i < size; i++) square -= whitened[i * count + k]! ** 2;
    return Math.sqrt(Math.max(square, tiny));
  });
  return {
    ...{ classes, norms, members, inverse, whitened },
    compare(row) {
      const own = gram.slice(row * rows, (row + 1) * rows);
      for (let j = 0; j < rows; j++) own[j]! -= centre[j]!;
      const left = takeResiduals(own);
      const right = new Float64Array(size);
      for (let i = 0; i < size; i++) right[i] = dot(inverse, left, i + 1, i * size);
      let square = gram[row * rows + row]! - 2 * centre[row]! + centreSquare;
      for (const value of right) square -= value * value;
      const products = Float64Array.from(offsets, (offset, k) => {
        let product = offset[row]! - toCentre[k]!;
        for (let i = 0; i < size; i++) product -= right[i]! * whitened[i * count + k]!;
        return product;
      });
      return { products, square: Math.max(square, tiny) };
    },
  };
}
