/**
 * Cholesky factorisation of symmetric positive definite matrices, row-major.
 *
 * Not its concern: where the matrix comes from.
 *
 * Reference: Golub and Van Loan, Matrix Computations, section 4.2.
 */
import { GolemError } from "../core/error.ts";
import { dot } from "./matrix-products.ts";

/**
 * Overwrites the lower triangle of a [size, size] with L, where A = L L^T; the upper triangle is left as it
 * is. Throws `not-converged` when A is not positive definite.
 */
export function factorCholesky(a: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      a[row + j] = (a[row + j]! - dot(a, a, j, row, j * size)) / a[j * size + j]!;
    }
    const pivot = a[row + i]! - dot(a, a, i, row, row);
    if (!(pivot > 0)) {
      throw new GolemError(
        "not-converged",
        `A matrix of size ${size} was expected to be positive definite; pivot ${i} is ${pivot}.`,
        { hint: "Use a stronger penalty (for logistic, a smaller C)." },
      );
    }
    a[row + i] = Math.sqrt(pivot);
  }
  return a;
}

/** Solves L X = B in place for B [size, columns]; the factor is read once for all columns. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array, columns: number): void {
  for (let i = 0; i < size; i++) {
    // Row i of B minus the rows above it, each times its element of L.
    const target = i * columns;
    let j = 0;
    for (; j + 3 < i; j += 4) {
      const at = i * size + j;
      const row = j * columns;
      const x0 = factor[at]!;
      const x1 = factor[at + 1]!;
      const x2 = factor[at + 2]!;
      const x3 = factor[at + 3]!;
      for (let k = 0; k < columns; k++) {
        const from = row + k;
        b[target + k]! -=
          x0 * b[from]! +
          x1 * b[from + columns]! +
          (x2 * b[from + 2 * columns]! + x3 * b[from + 3 * columns]!);
      }
    }
    for (; j < i; j++) {
      const x = factor[i * size + j]!;
      for (let k = 0; k < columns; k++) b[target + k]! -= x * b[j * columns + k]!;
    }
    const pivot = 1 / factor[i * size + i]!;
    for (let k = 0; k < columns; k++) b[target + k]! *= pivot;
  }
}

/** Solves L L^T X = B in place for B [size, columns]. */
export function solveCholesky(factor: Float64Array, size: number, b: Float64Array, columns: number): void {
  solveLower(factor, size, b, columns);
  for (let i = size - 1; i >= 0; i--) {
    const source = i * columns;
    const pivot = 1 / factor[i * size + i]!;
    for (let k = 0; k < columns; k++) b[source + k]! *= pivot;
    for (let j = 0; j < i; j++) {
      const x = factor[i * size + j]!;
      const target = j * columns;
      for (let k = 0; k < columns; k++) b[target + k]! -= x * b[source + k]!;
    }
  }
}

/**
 * Computes the inverse of L in the lower triangle of `inverse` [size, size]; the upper triangle is not read.
 */
export function invertLower(
  factor: Float64Array,
  size: number,
  inverse = new Float64Array(size * size),
): Float64Array {
  for (let i = 0; i < size; i++) {
    // Row i of the identity minus the rows above it, each times its element of L.
    const row = i * size;
    inverse.fill(0, row, row + size);
    let j = 0;
    for (; j + 3 < i; j += 4) {
      const x0 = factor[row + j]!;
      const x1 = factor[row + j + 1]!;
      const x2 = factor[row + j + 2]!;
      const x3 = factor[row + j + 3]!;
      const from = j * size;
      for (let k = 0; k < j + 4; k++) {
        const at = from + k;
        inverse[row + k]! -=
          x0 * inverse[at]! +
          x1 * inverse[at + size]! +
          (x2 * inverse[at + 2 * size]! + x3 * inverse[at + 3 * size]!);
      }
    }
    for (; j < i; j++) {
      const x = factor[row + j]!;
      for (let k = 0; k <= j; k++) inverse[row + k]! -= x * inverse[j * size + k]!;
    }
    const pivot = 1 / factor[row + i]!;
    for (let k = 0; k < i; k++) inverse[row + k]! *= pivot;
    inverse[row + i] = pivot;
  }
  return inverse;
}

/** Computes the inverse of L L^T, [size, size]. */
export function invertCholesky(factor: Float64Array, size: number): Float64Array {
  // The inverse is (L^-1)^T (L^-1).
  const inverseFactor = invertLower(factor, size);
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const x = inverseFactor[row + j]!;
      for (let k = 0; k <= j; k++) inverse[j * size + k]! += x * inverseFactor[row + k]!;
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) inverse[j * size + i] = inverse[i * size + j]!;
  }
  return inverse;
}
