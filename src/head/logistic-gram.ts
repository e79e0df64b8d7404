/**
 * Multinomial logistic regression from the Gram matrix of the rows: the form for fewer rows than features.
 *
 * The optimal W lies in the span of the rows, W = A^T X (representer theorem), so the objective is that of
 * `softmax-regression.ts` with logits K A + bias and |W|^2 = trace(A^T K A), K = X X^T. K is centred first,
 * which changes only the bias. The gradient with respect to A is K times (residuals + lambda A); the factor K
 * is left out of the gradient and enters through `image`.
 */
import { GolemError } from "../core/error.ts";
import { factorCholesky, invertCholesky } from "../math/cholesky.ts";
import { centreGram, multiply } from "../math/matrix-products.ts";
import { headDefaults, type LogisticOptions } from "./options.ts";
import { type Computation, minimise, type RegressionSpace } from "./softmax-regression.ts";
import { checkGram, computeRowWeights, countClasses } from "./training-set.ts";

/**
 * A fit in the span of the rows: the logits of a row x are the sum over i of (x . x_i) coefficients[i], plus
 * bias.
 */
export interface GramFit {
  /** [rows, classes]; each column sums to zero. */
  readonly coefficients: Float64Array;
  /** [classes], sums to zero. */
  readonly bias: Float64Array;
  /** Sum of weighted cross-entropies + |W|^2 / (2 C). */
  readonly objective: number;
  readonly iterations: number;
}

/**
 * Fits logistic regression given the Gram matrix [rows, rows] of the (standardised) training rows.
 * Deterministic. Throws `not-converged` when `maximumIterations` was not enough.
 */
export function fitLogisticGram(
  gram: Float64Array,
  labels: Int32Array,
  classes: number,
  options: Partial<Omit<LogisticOptions, "seed" | "standardise">> = {},
): GramFit {
  const { C, tolerance, maximumIterations, classWeight } = { ...headDefaults.logistic, ...options };
  const rows = labels.length;
  checkGram(gram, rows);
  const weights = computeRowWeights(labels, countClasses(labels, classes), classWeight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centred = centreGram(gram, rows, weights);
  const space = createGramSpace(centred, labels, classes, weights, 1 / C);
  const solution = minimise(space, { tolerance, maximumIterations }).next();
  if (!solution.done) throw new Error("unreachable: the Gram form requests no products");
  const { point, objective, iterations, converged } = solution.value;
  if (!converged) throw createConvergenceError(iterations, objective);

  const coefficients = point.values.slice(0, rows * classes);
  const bias = point.values.slice(rows * classes);
  const logits = multiply(gram, coefficients, rows, classes, rows);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < classes; k++) bias[k]! -= (weights[i]! / total) * logits[i * classes + k]!;
  }
  centreBias(bias);
  return { coefficients, bias, objective, iterations };
}

/** Shifts the biases to sum to zero, as scikit-learn's; softmax ignores a constant added to all. */
export function centreBias(bias: Float64Array): void {
  const mean = bias.reduce((sum, value) => sum + value, 0) / bias.length;
  for (let k = 0; k < bias.length; k++) bias[k]! -= mean;
}

/** Creates the error `not-converged` for a fit that reached its maximum number of iterations. */
export function createConvergenceError(iterations: number, objective: number): GolemError {
  return new GolemError(
    "not-converged",
    `The head logistic did not converge in ${iterations} iterations (objective ${objective.toPrecision(6)}).`,
    { hint: "Standardise the features, use a smaller C, or allow more iterations." },
  );
}

function createGramSpace(
  gram: Float64Array,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
  penalty: number,
): RegressionSpace {
  const rows = labels.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const coefficients = rows * classes;
  const scale = new Float64Array(rows);
  let inverse: Float64Array = new Float64Array(0);
  const scaleRows = (values: Float64Array): Float64Array => {
    const result = new Float64Array(coefficients);
    for (let i = 0; i < rows; i++) {
      const factor = scale[i]!;
      for (let k = i * classes; k < (i + 1) * classes; k++) result[k] = factor * values[k]!;
    }
    return result;
  };
  // K maps multiples of its null vector (the weights) to zero; without them, coefficient columns sum to zero.
  const removeNullSpace = (values: Float64Array): void => {
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let i = k; i < coefficients; i += classes) sum += values[i]!;
      for (let i = 0; i < rows; i++) values[i * classes + k]! -= (weights[i]! / total) * sum;
    }
  };
  return {
    rows,
    classes,
    labels,
    weights,
    penalty,
    coefficients,
    // biome-ignore lint/correctness/useYield: these coordinates need no product
    *computeLogits(step): Computation<Float64Array> {
      return step.image.slice(0, coefficients);
    },
    // biome-ignore lint/correctness/useYield: these coordinates need no product
    *computeGradient(residuals): Computation<Float64Array> {
      const projected = new Float64Array(residuals);
      removeNullSpace(projected);
      return projected;
    },
    adapt(curvature) {
      // (K D + lambda I)^-1 = (K + lambda D^-1)^-1 D^-1 with D = diag(curvature).
      const bound = new Float64Array(gram);
      for (let i = 0; i < rows; i++) {
        scale[i] = 1 / curvature[i]!;
        bound[i * rows + i]! += penalty * scale[i]!;
      }
      inverse = invertCholesky(factorCholesky(bound, rows), rows);
    },
    precondition(gradient) {
      const scaled = scaleRows(gradient);
      const values = multiply(inverse, scaled, rows, classes, rows);
      // K H^-1 g = D^-1 (g - lambda H^-1 g): no second product.
      const image = scaleRows(values);
      for (let i = 0; i < coefficients; i++) image[i] = scaled[i]! - penalty * image[i]!;
      removeNullSpace(values);
      return { values, image };
    },
  };
}
