/**
 * Fusion of views by log-linear pooling (Genest and Zidek 1986; Hinton 2002, "product of experts"): the log-probabilities
 * of the views' heads, each times its weight, summed and normalised.
 *
 * The weights are those that make held-out labels most likely (stacking, Wolpert 1992), not negative; the problem is
 * concave. They are found by exponentiated gradient (Kivinen and Warmuth 1997) from equal weights.
 * Must not know: encoders, kinds of head, folds.
 */
import { createMatrix, type Matrix } from "../core/matrix.ts";
import { computeProbabilities } from "../head/softmax.ts";

const rounds = 120;
/** Largest change of a log-weight in the first round, and what is left of a step from round to round. */
const firstStep = 0.3;
const decay = 0.97;

/** Log of softmax of each row of scores [rows, classes]. */
export function computeLogProbabilities(scores: ArrayLike<number>, classes: number): Float64Array {
  const result = new Float64Array(scores.length);
  for (let start = 0; start < result.length; start += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = start; k < start + classes; k++) highest = Math.max(highest, scores[k]!);
    let sum = 0;
    for (let k = start; k < start + classes; k++) sum += Math.exp(scores[k]! - highest);
    const normaliser = highest + Math.log(sum);
    for (let k = start; k < start + classes; k++) result[k] = scores[k]! - normaliser;
  }
  return result;
}

/** Pools log-probabilities [rows, classes] of each view with their weights: probabilities [rows, classes]. */
export function poolViews(
  views: readonly Float64Array[],
  weights: ArrayLike<number>,
  classes: number,
): Matrix {
  const pooled = createMatrix(views[0]!.length / classes, classes);
  for (let i = 0; i < pooled.data.length; i++) {
    let sum = 0;
    for (let v = 0; v < views.length; v++) sum += weights[v]! * views[v]![i]!;
    pooled.data[i] = sum;
  }
  return computeProbabilities(pooled);
}

/** Fitted weights, and the mean log-likelihood (natural) of the labels under the pooled views. */
export interface FusionWeights {
  /** One a view, over 0. */
  readonly weights: Float64Array;
  readonly logLikelihood: number;
}

/**
 * The weights under which the pooled views [rows, classes] make the labels most likely. The views' say on these rows must
 * be held out. As in fitTemperature, a share 1 / (rows + 2) of each label is spread over the other classes, so that rows without
 * an error do not ask for infinite weights.
 */
export function fitFusionWeights(
  views: readonly Float64Array[],
  labels: ArrayLike<number>,
  classes: number,
): FusionWeights {
  const rows = labels.length;
  const share = 1 / (rows + 2);
  const weights = new Float64Array(views.length).fill(1 / views.length);
  const gradient = new Float64Array(views.length);
  const errors = new Float64Array(rows * classes);
  for (let round = 0, step = firstStep; round < rounds; round++, step *= decay) {
    for (let base = 0, i = 0; i < rows; i++, base += classes) {
      let highest = Number.NEGATIVE_INFINITY;
      for (let k = base; k < base + classes; k++) {
        let pooled = 0;
        for (let v = 0; v < views.length; v++) pooled += weights[v]! * views[v]![k]!;
        errors[k] = pooled;
        if (pooled > highest) highest = pooled;
      }
      let sum = 0;
      for (let k = base; k < base + classes; k++) {
        errors[k] = Math.exp(errors[k]! - highest);
        sum += errors[k]!;
      }
      for (let k = base; k < base + classes; k++) {
        const target = k - base === labels[i] ? 1 - share : share / (classes - 1);
        errors[k] = target - errors[k]! / sum;
      }
    }
    let largest = 0;
    for (let v = 0; v < views.length; v++) {
      let slope = 0;
      const view = views[v]!;
      for (let i = 0; i < errors.length; i++) slope += errors[i]! * view[i]!;
      gradient[v] = slope;
      largest = Math.max(largest, Math.abs(slope));
    }
    if (!(largest > 0)) break;
    for (let v = 0; v < views.length; v++) weights[v]! *= Math.exp((step * gradient[v]!) / largest);
  }
  const { data } = poolViews(views, weights, classes);
  let logLikelihood = 0;
  for (let i = 0; i < rows; i++) {
    logLikelihood += Math.log(Math.max(data[i * classes + labels[i]!]!, 1e-12)) / rows;
  }
  return { weights, logLikelihood };
}
