/**
 * Ridge regression on class targets, decomposed once so that any penalty costs two thin products.
 *
 * Targets are +1 for the own class and -1 for the others; rows may be weighted; the intercept is not penalised, so rows and targets
 * are centred by their weighted mean. With B the left singular vectors of the weighted, centred rows and s their squared singular
 * values, fitted values are B diag(s / (s + p)) B^T y (Hastie, Tibshirani, Friedman, Elements of Statistical Learning, 3.4.1).
 * Must not know: which penalty is best.
 */
import { GolemError } from "../core/error.ts";
import { computeEigen } from "./eigen.ts";
import { centreGram } from "./gram.ts";
import { computeGram, multiply, multiplyByRows, multiplyTransposed } from "./kernel.ts";

/** Ridge regression on one set of rows, ready for any penalty. */
export interface RidgeProblem {
  readonly rows: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** Weight of each row. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  /** Left singular vectors of the weighted, centred rows: [rows, rank]. */
  readonly basis: Float64Array;
  /** Squared singular values: [rank]. */
  readonly values: Float64Array;
  /** Weighted, centred targets: [rows, classes]. */
  readonly targets: Float64Array;
  /** basis^T targets: [rank, classes]. */
  readonly projected: Float64Array;
  /** Weighted mean target of each class. */
  readonly targetMeans: Float64Array;
  /** Mean squared norm of the centred rows: what relative penalties are relative to. */
  readonly meanSquare: number;
}

/** Decomposes the Gram matrix [rows, rows] of (standardised) rows, centred or not. */
export function createRidgeProblem(
  gram: Float64Array,
  labels: Int32Array,
  classes: number,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): RidgeProblem {
  const rows = labels.length;
  if (gram.length !== rows * rows) {
    throw new GolemError(
      "invalid-shape",
      `The Gram matrix of ${rows} rows needs ${rows * rows} values; got ${gram.length}.`,
    );
  }
  const weighted = centreGram(gram, rows, weights);
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += weighted[i * rows + i]!;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) weighted[i * rows + j]! *= Math.sqrt(weights[i]! * weights[j]!);
  }
  const { values, vectors } = computeEigen(weighted, rows);
  const basis = new Float64Array(rows * rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < rows; i++) basis[i * rows + j] = vectors[j * rows + i]!;
  }
  return completeProblem(basis, values, trace / rows, labels, classes, weights);
}

/** Decomposes (standardised) rows [rows, features] through the smaller of their two product matrices. */
export function createRidgeProblemFromRows(
  x: Float64Array,
  features: number,
  labels: Int32Array,
  classes: number,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): RidgeProblem {
  const rows = labels.length;
  if (rows <= features) {
    return createRidgeProblem(computeGram(x, rows, features), labels, classes, weights);
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
  const covariance = multiplyTransposed(centred, centred, features, features, rows);
  const { values, vectors } = computeEigen(covariance, features);
  const basis = multiplyByRows(centred, vectors, rows, features, features);
  const floor = 1e-12 * values.reduce((a, b) => Math.max(a, b), 0);
  for (let j = 0; j < features; j++) {
    const factor = values[j]! > floor ? 1 / Math.sqrt(values[j]!) : 0;
    for (let i = j; i < basis.length; i += features) basis[i]! *= factor;
  }
  return completeProblem(basis, values, sum / rows, labels, classes, weights);
}

/** The weighted mean of rows [rows, features]. */
export function computeWeightedMean(x: Float64Array, features: number, weights: Float64Array): Float64Array {
  const mean = new Float64Array(features);
  let total = 0;
  for (const [i, weight] of weights.entries()) {
    total += weight;
    for (let j = 0; j < features; j++) mean[j]! += weight * x[i * features + j]!;
  }
  return mean.map((value) => value / total);
}

function completeProblem(
  basis: Float64Array,
  values: Float64Array,
  meanSquare: number,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
): RidgeProblem {
  const rows = labels.length;
  let totalWeight = 0;
  for (const weight of weights) totalWeight += weight;
  const targetMeans = new Float64Array(classes).fill(-1);
  for (const [i, label] of labels.entries()) targetMeans[label]! += (2 * weights[i]!) / totalWeight;
  const targets = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const root = Math.sqrt(weights[i]!);
    for (let k = 0; k < classes; k++) {
      targets[i * classes + k] = root * ((labels[i] === k ? 1 : -1) - targetMeans[k]!);
    }
  }
  return {
    rows,
    classes,
    labels,
    weights,
    totalWeight,
    basis,
    values: values.map((value) => Math.max(value, 0)),
    targets,
    projected: multiplyTransposed(basis, targets, values.length, classes, rows),
    targetMeans,
    meanSquare: meanSquare > 0 ? meanSquare : 1,
  };
}

/**
 * Dual coefficients [rows, classes] for one penalty (relative to `meanSquare`): the weight of a class is the sum over rows of
 * coefficient x row. Each column sums to zero.
 */
export function solveRidge(problem: RidgeProblem, penalty: number): Float64Array {
  const { rows, classes, weights, basis, values, projected, meanSquare } = problem;
  const absolute = penalty * meanSquare;
  const rank = values.length;
  const scaled = new Float64Array(rank * classes);
  for (let j = 0; j < rank; j++) {
    for (let k = j * classes; k < (j + 1) * classes; k++) {
      scaled[k] = projected[k]! / (values[j]! + absolute);
    }
  }
  const coefficients = multiply(basis, scaled, rows, classes, rank);
  for (let i = 0; i < rows; i++) {
    const root = Math.sqrt(weights[i]!);
    for (let k = i * classes; k < (i + 1) * classes; k++) coefficients[k]! *= root;
  }
  return coefficients;
}
