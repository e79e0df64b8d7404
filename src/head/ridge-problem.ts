/**
 * Ridge regression on class targets, prepared once for any penalty.
 *
 * Not its concern: choosing a penalty, solving at one penalty (ridge-solver.ts).
 *
 * Targets are +1 for a row's own class and -1 for the others; rows may be weighted. The intercept is not
 * penalised, so rows and targets are centred by their weighted mean (Hastie, Tibshirani, Friedman, Elements
 * of Statistical Learning, 3.4.1).
 */
import { computeEigen } from "../math/eigen.ts";
import { addScaled, computeGram, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import type { NumberStore } from "../math/number-store.ts";
import { createTiles } from "../math/symmetric-inverse.ts";
import {
  type ClassTargets,
  createGramSolver,
  createPrimalSolver,
  createVectorSolver,
  type RidgeSolver,
} from "./ridge-solver.ts";
import { checkGram } from "./training-set.ts";

/**
 * Maximum number of rows for which everything is fitted anew inside every fold; with more, folds share one
 * product matrix per view (classifier/fusion/large-fusion.ts).
 */
export const maximumNested = 300;

/** Ridge regression on one set of rows, prepared for any penalty. */
export interface RidgeProblem {
  readonly rows: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** Weight of each row. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  /** Solves for the weighted, centred targets; its penalties are relative penalties times `meanSquare`. */
  readonly solver: RidgeSolver;
  /** Weighted mean target of each class. */
  readonly targetMeans: Float64Array;
  /** Mean squared norm of the centred rows, to which relative penalties are relative. */
  readonly meanSquare: number;
}

/** Creates a problem from the Gram matrix [rows, rows] of (standardised) rows, centred or not. */
export function createRidgeProblem(
  gram: Float64Array,
  labels: Int32Array,
  classes: number,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): RidgeProblem {
  checkGram(gram, labels.length);
  return createGramProblem(gram, { labels, classes, weights }).problem;
}

/** The rows of a problem that is created from a Gram matrix. */
export interface WeightedRows {
  readonly labels: Int32Array;
  readonly classes: number;
  readonly weights: Float64Array;
  /** Their indices among the rows of the Gram matrix; default: all, in order. */
  readonly places?: readonly number[];
}

/**
 * Creates a problem from a Gram matrix that contains its rows. `meanProducts` are the inner products of its
 * rows with their weighted mean.
 */
export function createGramProblem(
  gram: Float64Array,
  { labels, classes, weights, places }: WeightedRows,
): { readonly problem: RidgeProblem; readonly meanProducts: Float64Array } {
  const rows = labels.length;
  const stride = Math.sqrt(gram.length);
  const at = Int32Array.from(places ?? labels.keys());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanProducts = new Float64Array(rows);
  let grand = 0;
  for (let i = 0; i < rows; i++) {
    meanProducts[i] = sumProducts(gram, at[i]! * stride, at, weights) / total;
    grand += (weights[i]! / total) * meanProducts[i]!;
  }
  const centred = (i: number, j: number): number =>
    gram[at[i]! * stride + at[j]!]! - meanProducts[i]! - meanProducts[j]! + grand;
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += centred(i, i);
  const roots = weights.map(Math.sqrt);
  const tiles = createTiles(rows, (i, j) => roots[i]! * roots[j]! * centred(i, j));
  const problem = completeProblem(
    (targets) => createGramSolver(tiles, targets),
    trace / rows,
    labels,
    classes,
    weights,
  );
  return { problem, meanProducts };
}

/** The weighted sum of the elements `places` of the row that begins at `from`. */
function sumProducts(gram: Float64Array, from: number, places: Int32Array, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < places.length; j++) sum += gram[from + places[j]!]! * weights[j]!;
  return sum;
}

/**
 * Creates a problem from (standardised) rows [rows, features], using the smaller of their two product
 * matrices. A temporary array is taken from `memory`.
 */
export function createRidgeProblemFromRows(
  x: Float64Array,
  features: number,
  labels: Int32Array,
  classes: number,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
  memory?: NumberStore,
): RidgeProblem {
  const rows = labels.length;
  if (rows <= features) {
    const gram = computeGram(x, rows, features, memory?.take(rows * rows));
    return createRidgeProblem(gram, labels, classes, weights);
  }
  const mean = computeWeightedMean(x, features, weights);
  const centred = new Float64Array(x.length);
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const root = Math.sqrt(weights[i]!);
    for (let j = 0; j < features; j++) {
      const offset = x[i * features + j]! - mean[j]!;
      sum += offset * offset;
      centred[i * features + j] = root * offset;
    }
  }
  const createExact = ({ values: targets }: ClassTargets): RidgeSolver => {
    const covariance = multiplyTransposed(centred, centred, features, features, rows);
    const { values, vectors } = computeEigen(covariance, features);
    const basis = multiplyByRows(centred, vectors, rows, features, features);
    const floor = 1e-12 * values.reduce((a, b) => Math.max(a, b), 0);
    for (let j = 0; j < features; j++) {
      const factor = values[j]! > floor ? 1 / Math.sqrt(values[j]!) : 0;
      for (let i = j; i < basis.length; i += features) basis[i]! *= factor;
    }
    return createVectorSolver(basis, values, targets, classes);
  };
  return completeProblem(
    rows <= maximumNested
      ? createExact
      : (targets) =>
          createPrimalSolver({ x: centred, features, targets: targets.values, classes }, () =>
            createExact(targets),
          ),
    sum / rows,
    labels,
    classes,
    weights,
  );
}

/** Computes the weighted mean of rows [rows, features]. */
export function computeWeightedMean(
  x: Float64Array | Float32Array,
  features: number,
  weights: Float64Array,
): Float64Array {
  const mean = new Float64Array(features);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    addScaled(mean, weights[i]!, x.subarray(i * features, (i + 1) * features));
  }
  return mean.map((value) => value / total);
}

function completeProblem(
  createSolver: (targets: ClassTargets) => RidgeSolver,
  meanSquare: number,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
): RidgeProblem {
  const rows = labels.length;
  let totalWeight = 0;
  for (const weight of weights) totalWeight += weight;
  const targetMeans = new Float64Array(classes).fill(-1);
  for (let i = 0; i < rows; i++) targetMeans[labels[i]!]! += (2 * weights[i]!) / totalWeight;
  const roots = weights.map(Math.sqrt);
  const targets = computeTargets(labels, roots, targetMeans);
  return {
    rows,
    classes,
    labels,
    weights,
    totalWeight,
    solver: createSolver({ values: targets, labels, roots, means: targetMeans }),
    targetMeans,
    meanSquare: meanSquare > 0 ? meanSquare : 1,
  };
}

/** Weighted, centred targets [rows, classes]. */
function computeTargets(labels: Int32Array, roots: Float64Array, means: Float64Array): Float64Array {
  const classes = means.length;
  const targets = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    for (let k = 0; k < classes; k++) {
      targets[i * classes + k] = roots[i]! * ((labels[i] === k ? 1 : -1) - means[k]!);
    }
  }
  return targets;
}

/**
 * Computes the dual coefficients [rows, classes] at one penalty (relative to `meanSquare`): the weight vector
 * of a class is the sum over rows of coefficient x row. Each column sums to zero.
 */
export function solveRidge(problem: RidgeProblem, penalty: number): Float64Array {
  const { rows, classes, weights, solver, meanSquare } = problem;
  const coefficients = solver.computeCoefficients(penalty * meanSquare);
  for (let i = 0; i < rows; i++) {
    const root = Math.sqrt(weights[i]!);
    for (let k = i * classes; k < (i + 1) * classes; k++) coefficients[k]! *= root;
  }
  return coefficients;
}
