/**
 * Multinomial logistic regression in the weights themselves: the form for more rows than features.
 *
 * Nearly all the cost is products with the design matrix, which are requested from the caller
 * (softmax-regression.ts).
 */
import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import { centreBias, createConvergenceError } from "./logistic-gram.ts";
import type { LogisticOptions } from "./options.ts";
import { type Computation, minimise, type RegressionSpace } from "./softmax-regression.ts";

/** Weights and biases in the coordinates of the design matrix. */
export interface PrimalFit {
  /** [classes, features]. */
  readonly weight: Float64Array;
  /** [classes], sums to zero. */
  readonly bias: Float64Array;
  readonly objective: number;
  readonly iterations: number;
}

/** Factor by which the mean curvature may change before it is factorised again. */
const refactorAt = 2.5;

/**
 * Fits weights for a design matrix that is centred by the weighted mean of its rows. Without centring, the
 * curvature couples weights and biases, and the fit only converges more slowly.
 */
export function* fitLogisticPrimal(
  features: number,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
  { C, tolerance, maximumIterations }: Pick<LogisticOptions, "C" | "tolerance" | "maximumIterations">,
): Computation<PrimalFit> {
  const penalty = 1 / C;
  const covariance = yield { kind: "curvature", operand: weights };
  const bound = new Float64Array(features * features);
  let total = 0;
  for (const weight of weights) total += weight;
  let adapted = 0;
  const coefficients = classes * features;
  const space: RegressionSpace = {
    rows: labels.length,
    classes,
    labels,
    weights,
    penalty,
    coefficients,
    *computeLogits(step): Computation<Float64Array> {
      return yield { kind: "logits", operand: step.values.subarray(0, coefficients) };
    },
    *computeGradient(residuals): Computation<Float64Array> {
      return yield { kind: "gradient", operand: residuals };
    },
    adapt(curvature) {
      // One factorisation is used until the mean curvature has changed by `refactorAt`.
      let mean = 0;
      for (const value of curvature) mean += value / total;
      if (mean < adapted * refactorAt && mean > adapted / refactorAt) return;
      adapted = mean;
      for (let i = 0; i < bound.length; i++) bound[i] = mean * covariance[i]!;
      for (let j = 0; j < features; j++) bound[j * features + j]! += penalty;
      factorCholesky(bound, features);
    },
    precondition(gradient) {
      const columns = transpose(gradient, classes, features);
      solveCholesky(bound, features, columns, classes);
      const values = transpose(columns, features, classes);
      return { values, image: values };
    },
  };
  const { point, objective, iterations, converged } = yield* minimise(space, {
    tolerance,
    maximumIterations,
  });
  if (!converged) throw createConvergenceError(iterations, objective);
  const bias = point.values.slice(coefficients);
  centreBias(bias);
  return { weight: point.values.slice(0, coefficients), bias, objective, iterations };
}

function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  }
  return result;
}
