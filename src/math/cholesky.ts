/**
 * Cholesky factorisation of symmetric positive definite matrices, row-major.
 *
 * Reference: Golub and Van Loan, Matrix Computations, section 4.2.
 */
import { GolemError } from "../core/error.ts";
import { dot } from "./matrix-products.ts";
import { openKernel } from "./product-kernel.ts";

/** Minimum number of rows for which the kernel is faster, copying included; results are bit-identical. */
const largeMatrix = 32;

/**
 * Overwrites the lower triangle of a [size, size] with L, where A = L L^T; the upper triangle is not changed.
 * Throws `not-converged` when A is not positive definite.
 */
export function factorCholesky(a: Float64Array, size: number): Float64Array {
  if (size >= largeMatrix) return factorInKernel(a, size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      a[row + j] = (a[row + j]! - dot(a, a, j, row, j * size)) / a[j * size + j]!;
    }
    a[row + i] = takeRoot(a[row + i]! - dot(a, a, i, row, row), i, size);
  }
  return a;
}

function takeRoot(pivot: number, i: number, size: number): number {
  if (pivot > 0) return Math.sqrt(pivot);
  throw new GolemError(
    "not-converged",
    `A matrix of size ${size} was expected to be positive definite; pivot ${i} is ${pivot}.`,
    { hint: "Use a stronger penalty (for logistic, a smaller C)." },
  );
}

/** {@link factorCholesky}, two rows at a time. */
function factorInKernel(a: Float64Array, size: number): Float64Array {
  const result = size * size;
  const { run, memory } = openKernel(result + 2);
  memory.set(a.subarray(0, result));
  const dotRows = (first: number, second: number, other: number, length: number): void => {
    const start = 8 * first * size;
    const end4 = start + 8 * (length - (length % 4));
    run.pairDot(start, 8 * second * size, 8 * other * size, start + 8 * length, end4, 8 * result);
  };
  for (let i = 0; i < size; i += 2) {
    const row = i * size;
    const next = i + 1 < size ? row + size : row;
    for (let j = 0; j < i; j++) {
      dotRows(i, next / size, j, j);
      const pivot = memory[j * size + j]!;
      memory[row + j] = (memory[row + j]! - memory[result]!) / pivot;
      if (next > row) memory[next + j] = (memory[next + j]! - memory[result + 1]!) / pivot;
    }
    dotRows(i, i, i, i);
    memory[row + i] = takeRoot(memory[row + i]! - memory[result]!, i, size);
    if (next === row) break;
    dotRows(i, i + 1, i, i);
    memory[next + i] = (memory[next + i]! - memory[result + 1]!) / memory[row + i]!;
    dotRows(i + 1, i + 1, i + 1, i + 1);
    memory[next + i + 1] = takeRoot(memory[next + i + 1]! - memory[result]!, i + 1, size);
  }
  a.set(memory.subarray(0, result));
  return a;
}

/** Solves L L^T X = B in place for B [size, columns]. */
export function solveCholesky(factor: Float64Array, size: number, b: Float64Array, columns: number): void {
  for (let i = 0; i < size; i++) eliminate(factor, size, b, columns, i, 0, i, i * size, 1);
  for (let i = size - 1; i >= 0; i--) {
    eliminate(factor, size, b, columns, i, i + 1, size, (i + 1) * size + i, size);
  }
}

/**
 * Subtracts the rows from .. to - 1 of B from row i, each times an element of the factor (the first at `at`,
 * the others `step` apart), and divides row i by the pivot.
 */
function eliminate(
  factor: Float64Array,
  size: number,
  b: Float64Array,
  columns: number,
  i: number,
  from: number,
  to: number,
  at: number,
  step: number,
): void {
  const target = i * columns;
  let j = from;
  let place = at;
  for (; j + 3 < to; j += 4, place += 4 * step) {
    const row = j * columns;
    const x0 = factor[place]!;
    const x1 = factor[place + step]!;
    const x2 = factor[place + 2 * step]!;
    const x3 = factor[place + 3 * step]!;
    for (let k = 0; k < columns; k++) {
      const source = row + k;
      b[target + k]! -=
        x0 * b[source]! +
        x1 * b[source + columns]! +
        (x2 * b[source + 2 * columns]! + x3 * b[source + 3 * columns]!);
    }
  }
  for (; j < to; j++, place += step) {
    const x = factor[place]!;
    for (let k = 0; k < columns; k++) b[target + k]! -= x * b[j * columns + k]!;
  }
  const pivot = 1 / factor[i * size + i]!;
  for (let k = 0; k < columns; k++) b[target + k]! *= pivot;
}

/** Computes the inverse of L in the lower triangle of `inverse` [size, size]; the upper is not read. */
export function invertLower(
  factor: Float64Array,
  size: number,
  inverse = new Float64Array(size * size),
): Float64Array {
  if (size >= largeMatrix) return invertInKernel(factor, size, inverse);
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

/** {@link invertLower} with rows of an even length in the kernel's memory. */
function invertInKernel(factor: Float64Array, size: number, inverse: Float64Array): Float64Array {
  const stride = size + (size % 2);
  const { run, memory } = openKernel(size * stride);
  memory.fill(0, 0, size * stride);
  for (let i = 0; i < size; i++) {
    const row = i * stride;
    const from = i * size;
    let j = 0;
    for (; j + 3 < i; j += 4) {
      const [x0, x1, x2, x3] = [
        factor[from + j]!,
        factor[from + j + 1]!,
        factor[from + j + 2]!,
        factor[from + j + 3]!,
      ];
      run.subtract(8 * row, 8 * j * stride, 8 * stride, 8 * (row + j + 4), x0, x1, x2, x3);
    }
    for (; j < i; j++) {
      const x = factor[from + j]!;
      for (let k = 0; k <= j; k++) memory[row + k]! -= x * memory[j * stride + k]!;
    }
    const pivot = 1 / factor[from + i]!;
    for (let k = 0; k < i; k++) memory[row + k]! *= pivot;
    memory[row + i] = pivot;
    inverse.set(memory.subarray(row, row + size), from);
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
