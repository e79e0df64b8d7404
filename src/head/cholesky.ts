/**
 * Cholesky factorisation of symmetric positive definite matrices, row-major.
 * Reference: Golub and Van Loan, Matrix Computations, section 4.2.
 *
 * Must not know: where the matrix comes from.
 */
import { GolemError } from "../core/error.ts";
import { dot } from "./kernel.ts";

/** Overwrites the lower triangle of a [size, size] with L, where A = L L^T; the upper triangle is left alone. */
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

/** Solves L L^T x = b for one vector, in place, at `start` of b. */
export function solveCholesky(factor: Float64Array, size: number, b: Float64Array, start = 0): void {
  for (let i = 0; i < size; i++) {
    b[start + i] = (b[start + i]! - dot(factor, b, i, i * size, start)) / factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = i * size;
    const x = b[start + i]! / factor[row + i]!;
    b[start + i] = x;
    for (let j = 0; j < i; j++) b[start + j]! -= x * factor[row + j]!;
  }
}

/** The inverse of L L^T, [size, size]. */
export function invertCholesky(factor: Float64Array, size: number): Float64Array {
  // Rows of L^-T are built from the identity; the inverse is (L^-1)^T (L^-1).
  const inverseFactor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      const x = factor[row + j]!;
      for (let k = 0; k <= j; k++) inverseFactor[row + k]! -= x * inverseFactor[j * size + k]!;
    }
    const pivot = 1 / factor[row + i]!;
    for (let k = 0; k < i; k++) inverseFactor[row + k]! *= pivot;
    inverseFactor[row + i] = pivot;
  }
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
