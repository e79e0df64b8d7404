/**
 * Solves ridge regression at any penalty p from matrices computed once: with K the Gram matrix of the
 * (weighted, centred) rows and y their targets, fitted values are H y with H = K (K + p I)^-1.
 *
 * Not its concern: choosing a penalty, leaving rows out.
 *
 * There are three methods: one inverse per penalty (I - H = p (K + p I)^-1), which for the few penalties that
 * are tried takes a tenth of the time of all eigenvectors; singular vectors, if there are more rows than
 * features or a penalty is too small for the inverse to be exact; or, for hundreds of rows, a factor of X^T X
 * + p I = L L^T per penalty (H = V V^T with V = X L^-T), whose size is that of the features.
 */
import { factorCholesky, invertLower, solveCholesky } from "../math/cholesky.ts";
import { computeEigen } from "../math/eigen.ts";
import { computeGram, multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import { createNumberStore } from "../math/number-store.ts";
import { invertTiles, readTiles, type SymmetricTiles, unpackTiles } from "../math/symmetric-inverse.ts";

/** Residuals of the fit at one penalty. */
export interface RidgeRemainder {
  /** (I - H) y: [rows, classes], not to be changed. */
  readonly residuals: Float64Array;
  /** Diagonal of I - H: [rows]. */
  readonly complements: Float64Array;
  /**
   * Computes the rows and columns `block` of I - H: [block, block], at least the lower half; in `out` if it
   * is given.
   */
  computeBlock(block: readonly number[], out?: Float64Array): Float64Array;
}

/** Solves for any penalty, in the units of K. The next call of any solver may overwrite a result. */
export interface RidgeSolver {
  computeRemainder(penalty: number): RidgeRemainder;
  /** Computes (K + p I)^-1 y [rows, classes], up to a component in the null space of K. */
  computeCoefficients(penalty: number): Float64Array;
}

/** Minimum ratio of penalty to mean diagonal of K at which the inverse is exact to about ten digits. */
const minimumForCholesky = 1e-5;

/** Weighted, centred targets of rows of one class each: root x ((own class ? 1 : -1) - class mean). */
export interface ClassTargets {
  /** [rows, classes] */
  readonly values: Float64Array;
  readonly labels: Int32Array;
  /** Root of each row's weight. */
  readonly roots: Float64Array;
  /** Mean target of each class. */
  readonly means: Float64Array;
}

const remainders = createNumberStore();

/** Returns uninitialised memory, the same at every call unless it is large. */
function openScratch(size: number): Float64Array {
  remainders.release();
  return remainders.take(size);
}

/** Creates a solver from the tiles of K. */
export function createGramSolver(tiles: SymmetricTiles, targets: ClassTargets): RidgeSolver {
  const rows = tiles.size;
  const classes = targets.means.length;
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += readTiles(tiles, i, i);
  const multiplyTargets = createTargetProduct(targets);
  const solved = new Map<number, Float64Array>();
  let exact: RidgeSolver | undefined;
  const isExact = (penalty: number): boolean => penalty * rows >= minimumForCholesky * trace;
  const useVectors = (): RidgeSolver => {
    exact ??= createVectorSolver(...computeVectors(unpackTiles(tiles), rows), targets.values, classes);
    return exact;
  };
  /** Computes I - H, in memory that all solvers share, and the residuals. */
  const solve = (penalty: number): { readonly remainder: Float64Array; readonly residuals: Float64Array } => {
    const remainder = invertTiles(tiles, penalty, penalty, openScratch(rows * rows));
    const residuals = multiplyTargets(remainder);
    solved.set(penalty, residuals);
    return { remainder, residuals };
  };
  return {
    computeRemainder(penalty) {
      if (!isExact(penalty)) return useVectors().computeRemainder(penalty);
      const { remainder, residuals } = solve(penalty);
      const complements = new Float64Array(rows);
      for (let i = 0; i < rows; i++) complements[i] = remainder[i * (rows + 1)]!;
      return {
        ...{ residuals, complements },
        computeBlock(block, out = new Float64Array(block.length ** 2)) {
          let at = 0;
          for (const row of block) for (const column of block) out[at++] = remainder[row * rows + column]!;
          return out;
        },
      };
    },
    computeCoefficients(penalty) {
      if (!isExact(penalty)) return useVectors().computeCoefficients(penalty);
      return (solved.get(penalty) ?? solve(penalty).residuals).map((value) => value / penalty);
    },
  };
}

/** Creates the product of a matrix [rows, rows] with the targets: sums over the rows of each class. */
function createTargetProduct({ labels, roots, means }: ClassTargets): (matrix: Float64Array) => Float64Array {
  const rows = labels.length;
  const classes = means.length;
  const order = Int32Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]!);
  const ends = new Int32Array(classes);
  for (const label of labels) for (let k = label; k < classes; k++) ends[k]!++;
  return (matrix) => {
    const result = new Float64Array(rows * classes);
    for (let i = 0; i < rows; i++) multiplyRow(matrix, i, order, ends, { roots, means }, result);
    return result;
  };
}

/** Row i of the product with the targets of the rows in `order`; those of class k end at `ends[k]`. */
function multiplyRow(
  matrix: Float64Array,
  i: number,
  order: Int32Array,
  ends: Int32Array,
  { roots, means }: Pick<ClassTargets, "roots" | "means">,
  result: Float64Array,
): void {
  const classes = means.length;
  const [from, base] = [i * order.length, i * classes];
  let total = 0;
  for (let k = 0, at = 0; k < classes; k++) {
    let sum = 0;
    for (; at < ends[k]!; at++) sum += matrix[from + order[at]!]! * roots[order[at]!]!;
    result[base + k] = sum;
    total += sum;
  }
  for (let k = 0; k < classes; k++) result[base + k] = 2 * result[base + k]! - (1 + means[k]!) * total;
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
 * creates the solver for penalties that are too small for a Cholesky factor.
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

/** Computes I - H, in place. */
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
