/**
 * Comparison of rows with whitened class means (whitened-classes.ts) fitted without these rows: exact,
 * without refitting, except that the variance added to all directions is that of all rows.
 *
 * With X the rows, G = X X^T, P = (G + a I)^-1 and a = dof e: W = a (X^T X - M^T N M + a I)^-1, where M are
 * the class means and N the diagonal of their sizes. When the rows b are left out, B = (P_bb)^-1 gives the
 * inverse of the rest (Schur complement). Then, by Woodbury and with u = P_b,rest summed by class, Q =
 * P_rest,rest summed by class on both sides - u^T B u, v = -B u: M W M^T = Q^-1 - a N^-1, X_b W M^T = v Q^-1,
 * and the diagonal of X_b W X_b^T = that of B - a I + v Q^-1 v^T.
 */
import { factorCholesky, invertCholesky } from "../math/cholesky.ts";
import { dot, multiply, multiplyTransposed } from "../math/matrix-products.ts";
import type { WhitenedComparison } from "./whitened-classes.ts";

/** A block of rows compared with the class means of the other rows. */
export interface LeftOutBlock {
  /** Classes that have at least one row outside the block, ascending. */
  readonly classes: readonly number[];
  /** Norm of the mean of each of these classes (minus their mean). */
  readonly norms: Float64Array;
  /** One per row of the block, with products in the order of `classes`. */
  readonly comparisons: readonly WhitenedComparison[];
}

const tiny = 1e-12;

/**
 * Creates a function that leaves a block out. `gram` is the Gram matrix [rows, rows]; `added` as returned by
 * `fitWhitenedSpace`. The block must leave rows of at least one class.
 */
export function createLeftOutComparison(
  gram: Float64Array,
  labels: readonly number[],
  added: number,
): (block: readonly number[]) => LeftOutBlock {
  const rows = labels.length;
  const regularised = gram.slice();
  for (let i = 0; i < rows; i++) regularised[i * rows + i]! += added;
  const inverse = invertCholesky(factorCholesky(regularised, rows), rows);
  return (block) => {
    const size = block.length;
    const out = new Set(block);
    const kept = [...labels.keys()].filter((row) => !out.has(row));
    const classes = [...new Set(kept.map((row) => labels[row]!))].sort((a, b) => a - b);
    const count = classes.length;
    const places = Int32Array.from(labels, (label) => classes.indexOf(label));
    const sizes = new Float64Array(count);
    const q = new Float64Array(count * count);
    const u = new Float64Array(size * count);
    for (const row of kept) {
      const k = places[row]!;
      sizes[k]!++;
      addByClass(q, k * count, inverse, row * rows, kept, places);
      for (let i = 0; i < size; i++) u[i * count + k]! += inverse[block[i]! * rows + row]!;
    }
    const corner = new Float64Array(size * size);
    let at = 0;
    for (const row of block) for (const column of block) corner[at++] = inverse[row * rows + column]!;
    const schur = invertCholesky(factorCholesky(corner, size), size);
    const v = multiply(schur, u, size, count, size).map((value) => -value);
    for (const [i, value] of multiplyTransposed(u, v, count, count, size).entries()) q[i]! += value;
    const between = invertCholesky(factorCholesky(q, count), count);
    const products = multiply(v, between, size, count, count);
    for (let k = 0; k < count; k++) between[k * count + k]! -= added / sizes[k]!;
    const centre = new Float64Array(rows);
    for (const row of kept) centre[row] = 1 / (count * sizes[places[row]!]!);
    const alongCentre = multiply(gram, centre, rows, 1, rows);
    const plainCentreSquare = dot(alongCentre, centre);
    // From here on, the mean of the class means is subtracted.
    const toCentre = Float64Array.from({ length: count }, (_, k) => average(between, k * count, count));
    const centreSquare = average(toCentre, 0, count);
    const norms = toCentre.map((value, k) =>
      Math.sqrt(Math.max(between[k * count + k]! - 2 * value + centreSquare, tiny)),
    );
    const comparisons = block.map((row, i): WhitenedComparison => {
      const own = products.subarray(i * count, (i + 1) * count);
      const ownToCentre = average(own, 0, count);
      const square = schur[i * size + i]! - added + dot(own, v, count, 0, i * count);
      return {
        products: own.map((value, k) => value - ownToCentre - toCentre[k]! + centreSquare),
        square: Math.max(square - 2 * ownToCentre + centreSquare, tiny),
        plainSquare: Math.max(gram[row * rows + row]! - 2 * alongCentre[row]! + plainCentreSquare, 0),
      };
    });
    return { classes, norms, comparisons };
  };
}

/** Adds the elements of a row at `from`, those of `rows`, to the sums of their classes at `to`. */
function addByClass(
  sums: Float64Array,
  to: number,
  values: Float64Array,
  from: number,
  rows: readonly number[],
  places: Int32Array,
): void {
  for (let i = 0; i < rows.length; i++) sums[to + places[rows[i]!]!]! += values[from + rows[i]!]!;
}

function average(values: Float64Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i]!;
  return sum / count;
}
