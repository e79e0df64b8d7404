/**
 * Fits the weights of log-linear pooling: they maximise the likelihood of held-out labels (stacking, Wolpert
 * 1992), with a penalty that pulls them towards equal weights.
 *
 * Not its concern: encoders, kinds of head, folds.
 *
 * With few labels, views that predict nearly the same cannot be distinguished; without evidence, equal
 * weights are best (Clemen 1989 on why plain averages of forecasts are hard to beat). The penalty is
 * `priorNats` x W x KL(w / W || equal), where W is the sum of the weights: a few nats, whose influence falls
 * as the number of labels grows. It keeps all weights above 0 and the problem concave: Newton's method,
 * stopping short of the boundary, finds the unique solution in about ten rounds (Boyd and Vandenberghe 2004,
 * chapter 9).
 */
import { computeErrorShare } from "../../head/temperature.ts";
import { factorCholesky, solveCholesky } from "../../math/cholesky.ts";
import { addScaled, computeGram } from "../../math/matrix-products.ts";

/** Fitted weights, and the mean log-likelihood (natural) of the labels under the pooled views. */
interface FusionWeights {
  /** One per view, greater than 0. */
  readonly weights: Float64Array;
  readonly logLikelihood: number;
}

/** Strength of the penalty on unequal weights. */
const priorNats = 1;
const rounds = 60;
/** Newton's method stops when it would gain less than this, in nats over all rows. */
const tolerance = 1e-7;

/**
 * Fits the weights to log-probabilities [rows, classes] of each view, which must be held out. As in
 * fitTemperature, a share of each label is spread over the other classes, so that rows without an error do
 * not lead to infinite weights.
 */
export function fitFusionWeights(
  views: readonly Float64Array[],
  labels: ArrayLike<number>,
  classes: number,
): FusionWeights {
  const problem = createProblem(views, labels, classes);
  const count = views.length;
  let weights = new Float64Array(count).fill(1 / count);
  let value = computeObjective(problem, weights);
  for (let round = 0; round < rounds; round++) {
    const { gradient, curvature } = computeDerivatives(problem, weights);
    const step = gradient.slice();
    solveCholesky(factorCholesky(curvature, count), count, step, 1);
    let decrement = 0;
    let length = 1;
    for (let v = 0; v < count; v++) {
      decrement += gradient[v]! * step[v]!;
      if (step[v]! < 0) length = Math.min(length, (-0.95 * weights[v]!) / step[v]!);
    }
    if (decrement < tolerance) break;
    // Halve the step until it gains a sufficient part of what the slope predicts (Armijo 1966).
    const start = weights;
    const before = value;
    for (; length > 1e-6; length /= 2) {
      weights = start.map((weight, v) => weight + length * step[v]!);
      value = computeObjective(problem, weights);
      if (value >= before + 1e-4 * length * decrement) break;
    }
  }
  return { weights, logLikelihood: computeLogLikelihood(problem) };
}

interface Problem {
  readonly views: readonly Float64Array[];
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Sum over rows of each view's log-probability, in expectation under the smoothed labels. */
  readonly expected: Float64Array;
  /** Pooled probabilities [rows, classes] at the weights of the last call of `computeObjective`. */
  readonly pooled: Float64Array;
}

function createProblem(views: readonly Float64Array[], labels: ArrayLike<number>, classes: number): Problem {
  const rows = labels.length;
  const share = computeErrorShare(rows);
  const expected = new Float64Array(views.length);
  for (const [v, view] of views.entries()) {
    let own = 0;
    for (let i = 0; i < rows; i++) own += view[i * classes + labels[i]!]!;
    expected[v] = (1 - share) * own + (share * (sumAll(view) - own)) / (classes - 1);
  }
  return { views, labels, classes, expected, pooled: new Float64Array(rows * classes) };
}

function sumAll(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** Computes the log-likelihood of the smoothed labels minus the penalty. Updates `pooled`. */
function computeObjective(
  { views, labels, classes, expected, pooled }: Problem,
  weights: Float64Array,
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let value = 0;
  for (const weight of weights) {
    value -= priorNats * weight * Math.log((weight * weights.length) / total);
  }
  pooled.fill(0);
  for (const [v, view] of views.entries()) {
    const weight = weights[v]!;
    value += weight * expected[v]!;
    addScaled(pooled, weight, view);
  }
  for (let row = 0, base = 0; row < labels.length; row++, base += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = base; k < base + classes; k++) highest = Math.max(highest, pooled[k]!);
    let sum = 0;
    for (let k = base; k < base + classes; k++) {
      pooled[k] = Math.exp(pooled[k]! - highest);
      sum += pooled[k]!;
    }
    for (let k = base; k < base + classes; k++) pooled[k]! /= sum;
    value -= highest + Math.log(sum);
  }
  return value;
}

/**
 * Computes the gradient [views] and negated Hessian [views, views]: covariances of the views'
 * log-probabilities under the pooled probabilities, plus the derivatives of the penalty.
 */
function computeDerivatives(
  { views, classes, expected, pooled }: Problem,
  weights: Float64Array,
): {
  gradient: Float64Array;
  curvature: Float64Array;
} {
  const count = views.length;
  const gradient = expected.slice();
  // Each view's offsets from its mean under the pooled probabilities, times the roots of these.
  const roots = pooled.map(Math.sqrt);
  const offsets = new Float64Array(count * pooled.length);
  for (const [v, view] of views.entries()) {
    const start = v * pooled.length;
    for (let base = 0; base < pooled.length; base += classes) {
      gradient[v]! -= fillOffsets(view, pooled, roots, base, base + classes, offsets, start);
    }
  }
  const curvature = computeGram(offsets, count, pooled.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let v = 0; v < count; v++) {
    gradient[v]! -= priorNats * Math.log((weights[v]! * count) / total);
    for (let u = 0; u <= v; u++) {
      curvature[v * count + u]! += priorNats * ((u === v ? 1 / weights[v]! : 0) - 1 / total);
      curvature[u * count + v] = curvature[v * count + u]!;
    }
    // Identical views would make the matrix singular.
    curvature[v * count + v]! *= 1 + 1e-9;
  }
  return { gradient, curvature };
}

/** Writes the weighted offsets of one row of a view, the numbers `from` .. `to` - 1; returns their mean. */
function fillOffsets(
  view: Float64Array,
  pooled: Float64Array,
  roots: Float64Array,
  from: number,
  to: number,
  offsets: Float64Array,
  start: number,
): number {
  let mean = 0;
  for (let k = from; k < to; k++) mean += pooled[k]! * view[k]!;
  for (let k = from; k < to; k++) offsets[start + k] = roots[k]! * (view[k]! - mean);
  return mean;
}

function computeLogLikelihood({ labels, classes, pooled }: Problem): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    sum += Math.log(Math.max(pooled[row * classes + labels[row]!]!, 1e-12));
  }
  return sum / labels.length;
}
