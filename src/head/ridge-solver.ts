/**
 * Solves ridge regression at any penalty p from matrices computed once: with K the Gram matrix of the
 * (weighted, centred) rows and y their targets, fitted values are H y with H = K (K + p I)^-1.
 *
 * Not its concern: which penalty is best, which rows are left out.
 *
 * There are three methods: one Cholesky factor of K per penalty (I - H = p (K + p I)^-1), which for the few
 * penalties that are tried takes a tenth of the time of all eigenvectors; singular vectors, if there are more
 * rows than features or a penalty is too small for the factor to be exact; or, for hundreds of rows, a factor
 * of X^T X + p I = L L^T per penalty (H = V V^T with V = X L^-T), whose size is that of the features.
 */
import { factorCholesky, invertLower, solveCholesky } from "../math/cholesky.ts";
import { computeEigen } from "../math/eigen.ts";
import { computeGram, multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";

/** Residuals of the fit at one penalty. */
export interface RidgeRemainder {
  /** (I - H) y: [rows, classes]. */
  readonly residuals: Float64Array;
  /** Diagonal of I - H: [rows]. */
  readonly complements: Float64Array;
  /** The rows and columns `block` of I - H: [block, block], of which the lower half is read. */
  computeBlock(block: readonly number[]): Float64Array;
}

/** Solves for any penalty, in the units of K. A result may use memory that the next call overwrites. */
export interface RidgeSolver {
  computeRemainder(penalty: number): RidgeRemainder;
  /** (K + p I)^-1 y [rows, classes], up to a component in the null space of K. */
  computeCoefficients(penalty: number): Float64Array;
}

/**
 * Smallest ratio of penalty to mean diagonal of K at which a Cholesky factor is exact to about ten digits.
 */
const minimumForCholesky = 1e-5;

/** Creates a solver from K [rows, rows], which is not copied. */
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
  /** Factorises K + p I and solves for the targets. */
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
        computeBlock(block) {
          const columns = new Float64Array(block.length * rows);
          for (const [i, row] of block.entries()) {
            for (let k = row; k < rows; k++) columns[i * rows + k] = inverse[k * rows + row]!;
          }
          return computeGram(columns, block.length, rows).map((value) => penalty * value);
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

/** Creates a solver from left singular vectors [rows, rank] of the rows and their squared singular values. */
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
        computeBlock(block) {
          const own = pickRows(basis, block, rank);
          const scaled = own.map((value, i) => value * kept[i % rank]!);
          return takeFromIdentity(
            multiplyByRows(scaled, own, block.length, block.length, rank),
            block.length,
          );
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

/**
 * Creates a solver from the (weighted, centred) rows [rows, features], which are not copied; `createExact`
 * creates the one for penalties that are too small for a factor.
 */
export function createPrimalSolver(
  {
    x,
    features,
    targets,
    classes,
  }: {
    readonly x: Float64Array;
    readonly features: number;
    readonly targets: Float64Array;
    readonly classes: number;
  },
  createExact: () => RidgeSolver,
): RidgeSolver {
  const rows = x.length / features;
  const products = multiplyTransposed(x, x, features, features, rows);
  const projected = multiplyTransposed(x, targets, features, classes, rows);
  let trace = 0;
  for (let j = 0; j < features; j++) trace += products[j * features + j]!;
  let exact: RidgeSolver | undefined;
  const findExact = (penalty: number): RidgeSolver | undefined => {
    if (penalty * rows >= minimumForCholesky * trace) return undefined;
    exact ??= createExact();
    return exact;
  };
  const factorise = (penalty: number): Float64Array => {
    const factor = Float64Array.from(products);
    for (let j = 0; j < features; j++) factor[j * features + j]! += penalty;
    return factorCholesky(factor, features);
  };
  const computeResiduals = (factor: Float64Array): Float64Array => {
    const solved = Float64Array.from(projected);
    solveCholesky(factor, features, solved, classes);
    const residuals = multiply(x, solved, rows, classes, features);
    for (let i = 0; i < residuals.length; i++) residuals[i] = targets[i]! - residuals[i]!;
    return residuals;
  };
  return {
    computeRemainder(penalty) {
      const small = findExact(penalty);
      if (small) return small.computeRemainder(penalty);
      const factor = factorise(penalty);
      const residuals = computeResiduals(factor);
      const vectors = multiplyByRows(x, invertLower(factor, features), rows, features, features);
      const complements = new Float64Array(rows).fill(1);
      for (let i = 0; i < vectors.length; i++) complements[Math.floor(i / features)]! -= vectors[i]! ** 2;
      return {
        ...{ residuals, complements },
        computeBlock: (block) =>
          takeFromIdentity(
            computeGram(pickRows(vectors, block, features), block.length, features),
            block.length,
          ),
      };
    },
    computeCoefficients: (penalty) =>
      findExact(penalty)?.computeCoefficients(penalty) ??
      computeResiduals(factorise(penalty)).map((residual) => residual / penalty),
  };
}

/** I - H, in place. */
function takeFromIdentity(hat: Float64Array, size: number): Float64Array {
  for (let i = 0; i < hat.length; i++) hat[i] = -hat[i]!;
  for (let i = 0; i < size; i++) hat[i * size + i]! += 1;
  return hat;
}

/** Copies the selected rows of a matrix [rows, columns]. */
export function pickRows(values: Float64Array, rows: readonly number[], columns: number): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    picked.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return picked;
}
