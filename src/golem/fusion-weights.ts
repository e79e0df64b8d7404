/**
 * The weights of log-linear pooling under which held-out labels are most likely (stacking, Wolpert 1992), none below 0.
 *
 * The problem is concave, so there is one answer: Newton's method with the bounds kept in each quadratic step (projected Newton,
 * Bertsekas 1982; the step's own problem by coordinate descent) finds it in about five rounds.
 * Must not know: encoders, kinds of head, folds.
 */

/** Fitted weights, and the mean log-likelihood (natural) of the labels under the pooled views. */
export interface FusionWeights {
  /** One a view, at least 0. */
  readonly weights: Float64Array;
  readonly logLikelihood: number;
}

const rounds = 30;
/** Change of a weight, or nats in all, that are not worth another round. */
const tolerance = 1e-5;

/**
 * Fits the weights to log-probabilities [rows, classes] of each view, which must be held out. As in fitTemperature, a share
 * 1 / (rows + 2) of each label is spread over the other classes, so that rows without an error do not ask for infinite weights.
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
    const { gradient, curvature } = computeDerivatives(problem);
    const target = maximiseQuadratic(weights, gradient, curvature);
    let promise = 0;
    let largest = 0;
    for (let v = 0; v < count; v++) {
      promise += gradient[v]! * (target[v]! - weights[v]!);
      largest = Math.max(largest, Math.abs(target[v]! - weights[v]!));
    }
    if (largest < tolerance || promise < tolerance) break;
    // Halve the step until it keeps some of what the slope promises (Armijo 1966).
    const start = weights;
    const before = value;
    for (let length = 1; length > 1e-3; length /= 2) {
      weights = start.map((weight, v) => weight + length * (target[v]! - weight));
      value = computeObjective(problem, weights);
      if (value >= before + 1e-4 * length * promise) break;
    }
  }
  return { weights, logLikelihood: computeLogLikelihood(problem) };
}

interface Problem {
  readonly views: readonly Float64Array[];
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Sum over rows of each view's log-probability, expected under the smoothed labels. */
  readonly wanted: Float64Array;
  /** Pooled probabilities [rows, classes] at the weights last looked at. */
  readonly pooled: Float64Array;
}

function createProblem(views: readonly Float64Array[], labels: ArrayLike<number>, classes: number): Problem {
  const rows = labels.length;
  const share = 1 / (rows + 2);
  const wanted = Float64Array.from(views, (view) => {
    let own = 0;
    let all = 0;
    for (let i = 0; i < rows; i++) own += view[i * classes + labels[i]!]!;
    for (const value of view) all += value;
    return (1 - share) * own + (share * (all - own)) / (classes - 1);
  });
  return { views, labels, classes, wanted, pooled: new Float64Array(rows * classes) };
}

/** Log-likelihood of the smoothed labels, summed over rows. Leaves the pooled probabilities behind. */
function computeObjective(
  { views, labels, classes, wanted, pooled }: Problem,
  weights: Float64Array,
): number {
  let value = 0;
  pooled.fill(0);
  for (const [v, view] of views.entries()) {
    const weight = weights[v]!;
    value += weight * wanted[v]!;
    if (weight > 0) for (let i = 0; i < pooled.length; i++) pooled[i]! += weight * view[i]!;
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

/** Gradient [views] and negated Hessian [views, views]: covariances of the views' log-probabilities under the pooled ones. */
function computeDerivatives({ views, labels, classes, wanted, pooled }: Problem): {
  gradient: Float64Array;
  curvature: Float64Array;
} {
  const count = views.length;
  const gradient = Float64Array.from(wanted);
  const curvature = new Float64Array(count * count);
  const means = new Float64Array(count);
  for (let row = 0, base = 0; row < labels.length; row++, base += classes) {
    for (let v = 0; v < count; v++) {
      const view = views[v]!;
      let mean = 0;
      for (let k = base; k < base + classes; k++) mean += pooled[k]! * view[k]!;
      means[v] = mean;
      gradient[v]! -= mean;
      for (let u = 0; u <= v; u++) {
        const other = views[u]!;
        let product = 0;
        for (let k = base; k < base + classes; k++) product += pooled[k]! * view[k]! * other[k]!;
        curvature[v * count + u]! += product - mean * means[u]!;
      }
    }
  }
  for (let v = 0; v < count; v++) {
    // Views that say the same leave the matrix singular.
    curvature[v * count + v]! += 1e-9 * (1 + curvature[v * count + v]!);
    for (let u = 0; u < v; u++) curvature[u * count + v] = curvature[v * count + u]!;
  }
  return { gradient, curvature };
}

/** The point, no coordinate below 0, where the quadratic model around `start` is highest: by coordinate descent. */
function maximiseQuadratic(
  start: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
): Float64Array {
  const count = start.length;
  const point = Float64Array.from(start);
  const slope = Float64Array.from(gradient);
  for (let sweep = 0; sweep < 200; sweep++) {
    let largest = 0;
    for (let v = 0; v < count; v++) {
      const change = Math.max(0, point[v]! + slope[v]! / curvature[v * count + v]!) - point[v]!;
      if (change === 0) continue;
      point[v]! += change;
      largest = Math.max(largest, Math.abs(change));
      for (let u = 0; u < count; u++) slope[u]! -= curvature[u * count + v]! * change;
    }
    if (largest < 0.01 * tolerance) break;
  }
  return point;
}

function computeLogLikelihood({ labels, classes, pooled }: Problem): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    sum += Math.log(Math.max(pooled[row * classes + labels[row]!]!, 1e-12));
  }
  return sum / labels.length;
}
