/**
 * Matrices whose rows are mostly zeros: products, and ridge regression by conjugate gradients.
 *
 * Reference: Hestenes and Stiefel 1952; Golub and Van Loan, Matrix Computations, section 11.3.
 */

/**
 * A matrix [rows, columns] stored by rows: elements starts[i] .. starts[i + 1] - 1 belong to row i, in
 * ascending order of columns.
 */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Computes the Gram matrix [rows, rows], bit-identical to the dense product. */
export function computeSparseGram({ rows, columns, starts, indices, values }: SparseRows): Float64Array {
  const gram = new Float64Array(rows * rows);
  // The matrix stored by columns: the rows and values of each column, in ascending order of rows.
  const ends = new Int32Array(columns + 1);
  for (const column of indices) ends[column + 1]!++;
  for (let c = 0; c < columns; c++) ends[c + 1]! += ends[c]!;
  const owners = new Int32Array(indices.length);
  const own = new Float64Array(indices.length);
  const filled = ends.slice();
  for (let row = 0; row < rows; row++) {
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const to = filled[indices[at]!]!++;
      owners[to] = row;
      own[to] = values[at]!;
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let a = ends[c]!; a < ends[c + 1]!; a++) {
      const base = owners[a]! * rows;
      for (let b = ends[c]!; b <= a; b++) gram[base + owners[b]!]! += own[a]! * own[b]!;
    }
  }
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) gram[j * rows + i] = gram[i * rows + j]!;
  return gram;
}

/** Copies the rows `picked`, in that order. */
export function pickSparseRows(x: SparseRows, picked: readonly number[]): SparseRows {
  const starts = new Int32Array(picked.length + 1);
  for (const [i, row] of picked.entries()) starts[i + 1] = starts[i]! + x.starts[row + 1]! - x.starts[row]!;
  const indices = new Int32Array(starts.at(-1)!);
  const values = new Float64Array(indices.length);
  for (const [i, row] of picked.entries()) {
    indices.set(x.indices.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
    values.set(x.values.subarray(x.starts[row], x.starts[row + 1]), starts[i]);
  }
  return { rows: picked.length, columns: x.columns, starts, indices, values };
}

/** Computes X B [rows, width] for b [columns, width]. */
export function multiplySparse(x: SparseRows, b: Float64Array, width: number): Float64Array {
  const out = new Float64Array(x.rows * width);
  for (let row = 0; row < x.rows; row++) {
    for (let at = x.starts[row]!; at < x.starts[row + 1]!; at++) {
      const value = x.values[at]!;
      const from = x.indices[at]! * width;
      for (let k = 0; k < width; k++) out[row * width + k]! += value * b[from + k]!;
    }
  }
  return out;
}

/** Computes X^T B [columns, width] for b [rows, width]. */
export function multiplySparseTransposed(x: SparseRows, b: Float64Array, width: number): Float64Array {
  const out = new Float64Array(x.columns * width);
  for (let row = 0; row < x.rows; row++) {
    for (let at = x.starts[row]!; at < x.starts[row + 1]!; at++) {
      const value = x.values[at]!;
      const to = x.indices[at]! * width;
      for (let k = 0; k < width; k++) out[to + k]! += value * b[row * width + k]!;
    }
  }
  return out;
}

/** Residual norm, relative to that of the right-hand side, at which the iteration stops. */
const tolerance = 1e-6;
const maximumRounds = 200;

/**
 * Solves (Xc^T Xc + penalty I) W = Xc^T Y for W [columns, width], where Xc is X minus its column means and
 * the columns of y [rows, width] have mean 0; starts at `start`.
 */
export function solveSparseRidge(
  x: SparseRows,
  y: Float64Array,
  width: number,
  penalty: number,
  start?: Float64Array,
): Float64Array {
  const mean = multiplySparseTransposed(x, new Float64Array(x.rows).fill(1 / x.rows), 1);
  const apply = (b: Float64Array): Float64Array => {
    const products = multiplySparse(x, b, width);
    for (let k = 0; k < width; k++) {
      let centre = 0;
      for (let c = 0; c < x.columns; c++) centre += mean[c]! * b[c * width + k]!;
      for (let i = k; i < products.length; i += width) products[i]! -= centre;
    }
    // The columns of the centred products have mean 0, so X^T and Xc^T give the same.
    const result = multiplySparseTransposed(x, products, width);
    for (let i = 0; i < result.length; i++) result[i]! += penalty * b[i]!;
    return result;
  };
  const sumByColumn = (a: Float64Array, b: Float64Array): Float64Array => {
    const sums = new Float64Array(width);
    for (let i = 0; i < a.length; i += width) {
      for (let k = 0; k < width; k++) sums[k]! += a[i + k]! * b[i + k]!;
    }
    return sums;
  };
  const right = multiplySparseTransposed(x, y, width);
  const limits = sumByColumn(right, right).map((square) => tolerance ** 2 * square);
  const solution = start ? Float64Array.from(start) : new Float64Array(right.length);
  const residual = start ? right.map(subtract(apply(solution))) : right;
  const direction = Float64Array.from(residual);
  let squares = sumByColumn(residual, residual);
  for (let round = 0; round < maximumRounds && squares.some((square, k) => square > limits[k]!); round++) {
    const image = apply(direction);
    const curvature = sumByColumn(direction, image);
    const steps = squares.map((square, k) => (square > limits[k]! ? square / curvature[k]! : 0));
    for (let i = 0; i < solution.length; i++) {
      const step = steps[i % width]!;
      solution[i]! += step * direction[i]!;
      residual[i]! -= step * image[i]!;
    }
    const next = sumByColumn(residual, residual);
    const factors = next.map((square, k) => (squares[k]! > 0 ? square / squares[k]! : 0));
    for (let i = 0; i < direction.length; i++)
      direction[i] = residual[i]! + factors[i % width]! * direction[i]!;
    squares = next;
  }
  return solution;
}

const subtract =
  (other: Float64Array) =>
  (value: number, i: number): number =>
    value - other[i]!;
