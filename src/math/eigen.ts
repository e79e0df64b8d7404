/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: Householder tridiagonalisation, then implicit QL
 * steps with Wilkinson's shift.
 *
 * Eigenvectors are kept as rows, so that every rotation runs over contiguous memory. Reference: Golub and Van
 * Loan, Matrix Computations, sections 8.3.1 and 8.3.3.
 */
import { GolemError } from "../core/error.ts";
import { dot } from "./matrix-products.ts";

/** A = sum over j of values[j] v_j v_j^T, in no particular order. */
interface Eigen {
  readonly values: Float64Array;
  /** Row j is the unit eigenvector v_j: [size, size]. */
  readonly vectors: Float64Array;
}

/**
 * Computes all eigenpairs of the symmetric matrix a [size, size]; `a` is not changed. Throws `not-converged`
 * when an eigenvalue has not converged after 60 QL steps.
 */
export function computeEigen(a: Float64Array, size: number): Eigen {
  const { diagonal, offDiagonal, basis } = tridiagonalise(new Float64Array(a), size);
  const negligible = computeNegligible(diagonal, offDiagonal);
  for (let low = 0; low < size; low++) {
    for (let round = 0; ; round++) {
      const high = findBlockEnd(offDiagonal, low, size, negligible);
      if (high === low) break;
      if (round === 60) {
        throw new GolemError(
          "not-converged",
          `Eigenvalue ${low} of ${size} did not converge in 60 QL steps.`,
        );
      }
      stepQl(diagonal, offDiagonal, basis, low, high, size);
    }
  }
  return { values: diagonal, vectors: basis };
}

/** Reduces a (overwritten) to tridiagonal T with A = Q T Q^T; row j of `basis` is column j of Q. */
function tridiagonalise(
  a: Float64Array,
  size: number,
): { diagonal: Float64Array; offDiagonal: Float64Array; basis: Float64Array } {
  const offDiagonal = new Float64Array(size);
  const factors = new Float64Array(size);
  const product = new Float64Array(size);
  // Repeated rows (short transcripts) leave only rounding errors in the rest of the matrix; their squares
  // would underflow (below 1e-308).
  let norm = 0;
  for (const value of a) norm = Math.max(norm, Math.abs(value));
  const negligible = Number.EPSILON ** 2 * norm;
  // Step k annihilates row k beyond its first off-diagonal element; the reflector stays in row k, columns k +
  // 1 ...
  for (let k = 0; k + 1 < size; k++) {
    const row = k * size;
    const first = row + k + 1;
    const length = size - k - 1;
    const rowNorm = Math.sqrt(dot(a, a, length, first, first));
    const alpha = a[first]! > 0 ? -rowNorm : rowNorm;
    offDiagonal[k] = alpha;
    if (rowNorm <= negligible || length === 1) {
      offDiagonal[k] = a[first]!;
      continue;
    }
    a[first]! -= alpha;
    const factor = 2 / dot(a, a, length, first, first);
    factors[k] = factor;
    for (let i = k + 1; i < size; i++) product[i] = factor * dot(a, a, length, i * size + k + 1, first);
    const shift = (factor / 2) * dot(product, a, length, k + 1, first);
    for (let i = k + 1; i < size; i++) product[i]! -= shift * a[row + i]!;
    for (let i = k + 1; i < size; i++) {
      const v = a[row + i]!;
      const w = product[i]!;
      const target = i * size;
      for (let j = k + 1; j < size; j++) a[target + j]! -= v * product[j]! + w * a[row + j]!;
    }
  }
  const diagonal = new Float64Array(size);
  const basis = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    diagonal[i] = a[i * size + i]!;
    basis[i * size + i] = 1;
  }
  // Q = H_0 H_1 ...: apply the reflectors from the last to the first to the rows that they touch.
  for (let k = size - 2; k >= 0; k--) {
    const factor = factors[k]!;
    if (factor === 0) continue;
    const first = k * size + k + 1;
    const length = size - k - 1;
    for (let i = k + 1; i < size; i++) {
      const target = i * size + k + 1;
      const weight = factor * dot(basis, a, length, target, first);
      if (weight === 0) continue;
      for (let j = 0; j < length; j++) basis[target + j]! -= weight * a[first + j]!;
    }
  }
  return { diagonal, offDiagonal, basis };
}

/** Returns the last index of the unreduced block that starts at `low`. */
function findBlockEnd(offDiagonal: Float64Array, low: number, size: number, negligible: number): number {
  let high = low;
  while (high + 1 < size && Math.abs(offDiagonal[high]!) > negligible) high++;
  return high;
}

/**
 * Computes the size below which an element of the tridiagonal form counts as 0: the rounding error of the
 * largest row (as in EISPACK's tql2).
 */
function computeNegligible(diagonal: Float64Array, offDiagonal: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < diagonal.length; i++) {
    norm = Math.max(norm, Math.abs(diagonal[i]!) + Math.abs(offDiagonal[i]!));
  }
  return Number.EPSILON * norm;
}

/** Runs one implicit QL step on rows low .. high, chasing the bulge upwards. */
function stepQl(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  basis: Float64Array,
  low: number,
  high: number,
  size: number,
): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * offDiagonal[low]!);
  const root = Math.hypot(half, 1);
  let g = diagonal[high]! - diagonal[low]! + offDiagonal[low]! / (half + (half >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * offDiagonal[i]!;
    const b = cosine * offDiagonal[i]!;
    const r = Math.sqrt(f * f + g * g);
    offDiagonal[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= shift;
      offDiagonal[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1]! - shift;
    const t = (diagonal[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    diagonal[i + 1] = g + shift;
    g = cosine * t - b;
    const lower = i * size;
    const upper = lower + size;
    for (let k = 0; k < size; k++) {
      const u = basis[upper + k]!;
      const v = basis[lower + k]!;
      basis[upper + k] = sine * v + cosine * u;
      basis[lower + k] = cosine * v - sine * u;
    }
  }
  diagonal[low]! -= shift;
  offDiagonal[low] = g;
  offDiagonal[high] = 0;
}
