/** Dense row-major matrices of features, probabilities and weights. */
import { GolemError } from "../core/error.ts";

/** A dense row-major matrix, `data[row * columns + column]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Length rows x columns. */
  readonly data: Float32Array;
}

/**
 * Allocates a matrix of zeros, or wraps `data` without a copy. Throws `invalid-shape` if its length is not
 * rows x columns.
 */
export function createMatrix(rows: number, columns: number, data?: Float32Array): Matrix {
  if (data && data.length !== rows * columns) {
    throw new GolemError(
      "invalid-shape",
      `A ${rows} x ${columns} matrix needs ${rows * columns} values; got ${data.length}.`,
    );
  }
  return { rows, columns, data: data ?? new Float32Array(rows * columns) };
}

/** Returns one row, without a copy. */
export function getRow(matrix: Matrix, row: number): Float32Array {
  return matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
}

/** Copies the given rows, in the given order. */
export function selectRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const result = createMatrix(rows.length, matrix.columns);
  for (const [i, row] of rows.entries()) result.data.set(getRow(matrix, row), i * matrix.columns);
  return result;
}
