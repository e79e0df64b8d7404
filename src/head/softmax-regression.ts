/**
 * Solver for multinomial logistic regression: minimises sum of w_i cross-entropy_i + lambda/2 |W|^2 over W
 * and bias.
 *
 * Not its concern: standardisation, heads, engines.
 *
 * Truncated Newton (Nocedal and Wright, Numerical Optimization, section 7.1): every Newton system is solved
 * by conjugate gradients, only as accurately as is useful. The preconditioner approximates the Hessian of
 * every class by X^T diag(c) X + lambda I, where c is the mean curvature of each row's softmax. It follows
 * Boehning's bound (1992, Multinomial logistic regression algorithm), whose constant 1/2 is too large once
 * rows are fitted well. Logits are linear in the step length, so the line search needs no matrix product.
 *
 * The solver is a generator: products with the design matrix are yielded as requests, which the caller
 * answers with loops at once or with another engine later. A `RegressionSpace` defines the coordinates of W:
 * weights (primal) or one coefficient per row (dual). Steps live in one space and gradients in its dual;
 * `image` is the vector whose dot product with a gradient pairs the step with that gradient.
 */

import { searchLine } from "../math/line-search.ts";
import { addScaled, dot } from "../math/matrix-products.ts";
import { computeCrossEntropy } from "./softmax.ts";

/** A step (or a point): coefficients followed by one bias per class. */
interface Step {
  readonly values: Float64Array;
  /** Its dot product with a gradient pairs the step with that gradient. May be the same array as `values`. */
  readonly image: Float64Array;
}

/**
 * A product with the design matrix X [rows, features]. "logits": X W^T for weights W [classes, features];
 * "gradient": R^T X for residuals R [rows, classes]; "curvature": X^T diag(w) X for row weights w.
 */
export interface ProductRequest {
  readonly kind: "logits" | "gradient" | "curvature";
  readonly operand: Float64Array;
}

/** A computation that yields requests for products with the design matrix. */
export type Computation<T> = Generator<ProductRequest, T, Float64Array>;

/** The coordinates in which the problem is solved. */
export interface RegressionSpace {
  readonly rows: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** Weight of each row. */
  readonly weights: Float64Array;
  /** lambda = 1 / C. */
  readonly penalty: number;
  /** Number of coefficients before the biases. */
  readonly coefficients: number;
  /** Logits [rows, classes] of a step without the bias, in a new array. */
  computeLogits(step: Step): Computation<Float64Array>;
  /** Computes the gradient of the loss term by the coefficients, in the form that pairs with `image`. */
  computeGradient(residuals: Float64Array): Computation<Float64Array>;
  /** Prepares `precondition`: approximates the Hessian of each class by X^T diag(curvature) X + lambda I. */
  adapt(curvature: Float64Array): void;
  /** Applies the inverse of that approximation to a gradient's coefficients (not to its biases). */
  precondition(gradient: Float64Array): Step;
}

/** Stopping criteria. */
interface SolverOptions {
  /** Estimated distance to the minimum, relative to the objective. */
  readonly tolerance: number;
  /** Maximum number of Newton steps. */
  readonly maximumIterations: number;
}

/** Result of the solver. */
interface RegressionSolution {
  /** Coefficients, then biases. */
  readonly point: Step;
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Maximum number of conjugate gradient steps per Newton step. */
const maximumInnerSteps = 100;

/** Minimises the objective; see the header. */
export function* minimise(
  space: RegressionSpace,
  { tolerance, maximumIterations }: SolverOptions,
): Computation<RegressionSolution> {
  const { rows, classes, labels, weights, penalty, coefficients } = space;
  const size = coefficients + classes;
  const logits = new Float64Array(rows * classes);
  const trial = new Float64Array(rows * classes);
  const residuals = new Float64Array(rows * classes);
  const curvature = new Float64Array(rows);
  let point: Step | undefined;
  let loss = computeCrossEntropy(logits, labels, weights, classes, residuals);
  let regulariser = 0;
  for (let iteration = 0; ; iteration++) {
    const objective = loss + regulariser;
    const probabilities = computeProbabilities(space, residuals);
    space.adapt(averageCurvature(probabilities, weights, classes, curvature));
    let curvatureSum = 0;
    for (let i = 0; i < rows; i++) curvatureSum += curvature[i]!;
    const precondition = (gradient: Float64Array): Step =>
      addBiases(space.precondition(gradient.subarray(0, coefficients)), gradient, curvatureSum);
    point ??= createStep(size, space.precondition(new Float64Array(coefficients)));
    const gradient = yield* pullBack(space, residuals, point.values);
    const newton = precondition(gradient);
    const decrement = dot(gradient, newton.image);
    if (decrement <= 2 * tolerance * objective) {
      return { point, objective, iterations: iteration, converged: true };
    }
    const stuck = { point, objective, iterations: iteration, converged: false };
    if (iteration === maximumIterations) return stuck;

    const forcing = Math.max(
      Math.min(0.3, Math.sqrt(decrement / objective)),
      0.3 * Math.sqrt((2 * tolerance * objective) / decrement),
    );
    const { step, change } = yield* solveNewton(
      space,
      probabilities,
      gradient,
      newton,
      precondition,
      forcing,
    );
    const slope = dot(gradient, step.image);
    const cross = penalty * dot(point.values, step.image, coefficients);
    const square = penalty * dot(step.values, step.image, coefficients);
    const found = searchLine(objective, slope, (length) => {
      for (let i = 0; i < logits.length; i++) trial[i] = logits[i]! + length * change[i]!;
      const trialLoss = computeCrossEntropy(trial, labels, weights, classes, residuals);
      return {
        value: trialLoss + regulariser + length * (cross + (length / 2) * square),
        slope: dot(residuals, change) + cross + length * square,
      };
    });
    // No measurable descent is left: the fit is limited by rounding, not by the algorithm.
    if (!found) return { ...stuck, converged: decrement <= 1e-9 * objective };
    logits.set(trial);
    regulariser += found.length * (cross + (found.length / 2) * square);
    loss = found.value - regulariser;
    addScaledStep(point, found.length, step);
  }
}

/** Recovers the softmax probabilities from the residuals w (p - [k = label]). */
function computeProbabilities(
  { rows, classes, labels, weights }: RegressionSpace,
  residuals: Float64Array,
): Float64Array {
  const probabilities = new Float64Array(residuals);
  for (let i = 0; i < rows; i++) {
    probabilities[i * classes + labels[i]!]! += weights[i]!;
    for (let k = i * classes; k < (i + 1) * classes; k++) probabilities[k]! /= weights[i]!;
  }
  return probabilities;
}

/**
 * Computes the mean eigenvalue of each row's softmax Hessian w (diag(p) - p p^T), ignoring the null
 * direction; at least w / 10000.
 */
function averageCurvature(
  probabilities: Float64Array,
  weights: Float64Array,
  classes: number,
  result: Float64Array,
): Float64Array {
  for (let i = 0; i < weights.length; i++) {
    let sum = 0;
    for (let k = i * classes; k < (i + 1) * classes; k++) sum += probabilities[k]! * (1 - probabilities[k]!);
    result[i] = weights[i]! * Math.max(sum / (classes - 1), 1e-4);
  }
  return result;
}

/**
 * Solves Hessian x step = -gradient by conjugate gradients until the residual has shrunk by the factor
 * `forcing`. Returns the step and the change it makes to the logits.
 */
function* solveNewton(
  space: RegressionSpace,
  probabilities: Float64Array,
  gradient: Float64Array,
  newton: Step,
  precondition: (gradient: Float64Array) => Step,
  forcing: number,
): Computation<{ step: Step; change: Float64Array }> {
  const { rows, classes, weights, coefficients } = space;
  const step = createStep(gradient.length, newton);
  const change = new Float64Array(rows * classes);
  const remainder = new Float64Array(gradient);
  let preconditioned = newton;
  let square = dot(remainder, preconditioned.image);
  const goal = forcing * forcing * square;
  const search = createStep(gradient.length, newton);
  addScaledStep(search, -1, preconditioned);
  for (let inner = 0; inner < maximumInnerSteps; inner++) {
    const moved = yield* space.computeLogits(search);
    for (let start = 0; start < moved.length; start += classes) {
      for (let k = 0; k < classes; k++) moved[start + k]! += search.values[coefficients + k]!;
    }
    const curved = curve(probabilities, weights, moved, classes);
    const product = yield* pullBack(space, curved, search.values);
    const length = square / dot(product, search.image);
    addScaledStep(step, length, search);
    addScaled(change, length, moved);
    addScaled(remainder, length, product);
    preconditioned = precondition(remainder);
    const next = dot(remainder, preconditioned.image);
    if (!(next > goal)) break;
    scaleStep(search, next / square);
    addScaledStep(search, -1, preconditioned);
    square = next;
  }
  return { step, change };
}

/** Applies the softmax Hessian to logits: w (p v - p (p . v)) for each row. */
function curve(
  probabilities: Float64Array,
  weights: Float64Array,
  moved: Float64Array,
  classes: number,
): Float64Array {
  const result = new Float64Array(moved.length);
  for (let i = 0, start = 0; i < weights.length; i++, start += classes) {
    let mean = 0;
    for (let k = start; k < start + classes; k++) mean += probabilities[k]! * moved[k]!;
    const weight = weights[i]!;
    for (let k = start; k < start + classes; k++) {
      result[k] = weight * probabilities[k]! * (moved[k]! - mean);
    }
  }
  return result;
}

/** Converts residuals of the logits to a gradient of coefficients and biases, with the penalty's. */
function* pullBack(
  space: RegressionSpace,
  residuals: Float64Array,
  values: Float64Array,
): Computation<Float64Array> {
  const { classes, penalty, coefficients } = space;
  const gradient = new Float64Array(coefficients + classes);
  gradient.set(yield* space.computeGradient(residuals));
  for (let j = 0; j < coefficients; j++) gradient[j]! += penalty * values[j]!;
  for (let start = 0; start < residuals.length; start += classes) {
    for (let k = 0; k < classes; k++) gradient[coefficients + k]! += residuals[start + k]!;
  }
  return gradient;
}

/** Appends the preconditioned biases, of curvature summed over rows, to preconditioned coefficients. */
function addBiases(inner: Step, gradient: Float64Array, curvatureSum: number): Step {
  const coefficients = inner.values.length;
  const result = createStep(gradient.length, inner);
  result.values.set(inner.values);
  result.image.set(inner.image);
  for (let k = coefficients; k < gradient.length; k++) {
    result.values[k] = gradient[k]! / curvatureSum;
    result.image[k] = result.values[k]!;
  }
  return result;
}

/** Creates a step of zeros whose values and image are one array if those of `like` are. */
function createStep(size: number, like: Step): Step {
  const values = new Float64Array(size);
  return { values, image: like.image === like.values ? values : new Float64Array(size) };
}

function addScaledStep(target: Step, factor: number, source: Step): void {
  addScaled(target.values, factor, source.values);
  if (target.image !== target.values) addScaled(target.image, factor, source.image);
}

function scaleStep(step: Step, factor: number): void {
  for (let i = 0; i < step.values.length; i++) step.values[i]! *= factor;
  if (step.image === step.values) return;
  for (let i = 0; i < step.image.length; i++) step.image[i]! *= factor;
}
