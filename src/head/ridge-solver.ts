/**
 * Ridge regression at any penalty p, from what was computed once: with K the Gram matrix of the (weighted, centred) rows and y their
 * targets, fitted values are H y with H = K (K + p I)^-1.
 *
 * Two ways: a Cholesky factor a penalty (as I - H = p (K + p I)^-1), which for the few penalties that are looked at costs a tenth of all
 * eigenvectors; or singular vectors, where rows outnumber features, or a penalty is too small for the factor to be exact.
 * Not its concern: which penalty is best, what is left out.
 */
import { factorCholesky, invertLower, solveCholesky } from "../math/cholesky.ts";
import { computeEigen } from "../math/eigen.ts";
import { multiply, multiplyTransposed } from "../math/matrix-products.ts";

/** What the fit at one penalty leaves of the targets. */
export interface RidgeRemainder {
  /** (I - H) y: [rows, classes]. */
  readonly residuals: Float64Array;
  /** Diagonal of I - H: [rows]. */
  readonly complements: Float64Array;
  /** One element of I - H. */
  getComplement(row: number, column: number): number;
}

/** Solves for any penalty, in the units of K. What it gives is its own memory until it is asked again. */
export interface RidgeSolver {
  computeRemainder(penalty: number): RidgeRemainder;
  /** (K + p I)^-1 y, or what differs from it only by what no row has a part in: [rows, classes]. */
  computeCoefficients(penalty: number): Float64Array;
}

/** Penalties over the mean diagonal of K from which a Cholesky factor is exact to some ten digits. */
const minimumForCholesky = 1e-5;

/** From K [rows, rows], which is kept. */
export function createGramSolver(gram: Float64Array, targets: Float64Array, classes: number): RidgeSolver {
  const rows = targets.length / classes;
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += gram[i * rows + i]!;
  const factor = new Float64Array(rows * rows);
  const inverse = new Float64Array(rows * rows);
  let exact: RidgeSolver | undefined;
  const isExact = (penalty: number): boolean => penalty * rows >= minimumForCholesky * trace;
  const useVectors = (): RidgeSolver => {
    exact ??= createVectorSolver(...computeVectors(gram, rows), targets, classes);
    return exact;
  };
  /** Factors K + p I, and solves for the targets. */
  const solve = (penalty: number): Float64Array => {
    factor.set(gram);
    for (let i = 0; i < rows; i++) factor[i * rows + i]! += penalty;
    const solved = Float64Array.from(targets);
    solveCholesky(factorCholesky(factor, rows), rows, solved, classes);
    return solved;
  };
  return {
    computeRemainder(penalty) {
      if (!isExact(penalty)) return useVectors().computeRemainder(penalty);
      const residuals = solve(penalty);
      for (let i = 0; i < residuals.length; i++) residuals[i]! *= penalty;
      invertLower(factor, rows, inverse);
      const complements = new Float64Array(rows);
      for (let k = 0; k < rows; k++) {
        for (let i = 0; i <= k; i++) complements[i]! += inverse[k * rows + i]! * inverse[k * rows + i]!;
      }
      for (let i = 0; i < rows; i++) complements[i]! *= penalty;
      return {
        ...{ residuals, complements },
        getComplement(row, column) {
          let sum = 0;
          for (let k = Math.max(row, column); k < rows; k++) {
            sum += inverse[k * rows + row]! * inverse[k * rows + column]!;
          }
          return penalty * sum;
        },
      };
    },
    computeCoefficients: (penalty) =>
      isExact(penalty) ? solve(penalty) : useVectors().computeCoefficients(penalty),
  };
}

/** Eigenvectors of K as columns [rows, rows], and its eigenvalues. */
function computeVectors(gram: Float64Array, rows: number): [basis: Float64Array, values: Float64Array] {
  const { values, vectors } = computeEigen(gram, rows);
  const basis = new Float64Array(rows * rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < rows; i++) basis[i * rows + j] = vectors[j * rows + i]!;
  }
  return [basis, values];
}

/** From left singular vectors [rows, rank] of the rows, and their squared singular values. */
export function createVectorSolver(
  basis: Float64Array,
  values: Float64Array,
  targets: Float64Array,
  classes: number,
): RidgeSolver {
  const rank = values.length;
  const rows = targets.length / classes;
  for (let j = 0; j < rank; j++) values[j] = Math.max(values[j]!, 0);
  const projected = multiplyTransposed(basis, targets, rank, classes, rows);
  const squares = new Float64Array(basis.length);
  for (let i = 0; i < basis.length; i++) squares[i] = basis[i]! * basis[i]!;
  const scaled = new Float64Array(rank * classes);
  const kept = new Float64Array(rank);
  return {
    computeRemainder(penalty) {
      for (let j = 0; j < rank; j++) {
        kept[j] = values[j]! / (values[j]! + penalty);
        for (let k = j * classes; k < (j + 1) * classes; k++) scaled[k] = kept[j]! * projected[k]!;
      }
      const residuals = multiply(basis, scaled, rows, classes, rank);
      for (let i = 0; i < residuals.length; i++) residuals[i] = targets[i]! - residuals[i]!;
      const complements = multiply(squares, kept, rows, 1, rank);
      for (let i = 0; i < rows; i++) complements[i] = 1 - complements[i]!;
      return {
        ...{ residuals, complements },
        getComplement(row, column) {
          let hat = 0;
          for (let j = 0; j < rank; j++) hat += basis[row * rank + j]! * kept[j]! * basis[column * rank + j]!;
          return (row === column ? 1 : 0) - hat;
        },
      };
    },
    computeCoefficients(penalty) {
      for (let j = 0; j < rank; j++) {
        for (let k = j * classes; k < (j + 1) * classes; k++) {
          scaled[k] = projected[k]! / (values[j]! + penalty);
        }
      }
      return multiply(basis, scaled, rows, classes, rank);
    },
  };
}
