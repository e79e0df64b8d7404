/**
 * Fusion of views by log-linear pooling (Genest and Zidek 1986; Hinton 2002, "product of experts"): the
 * log-probabilities of the views' heads, each multiplied by its weight, are summed and normalised.
 *
 * Not its concern: encoders, kinds of head, fitting weights (fusion-weights.ts).
 */

import type { Head } from "../../head/head.ts";
import { computeProbabilities } from "../../head/softmax.ts";
import { createMatrix, type Matrix } from "../../math/matrix.ts";
import type { View } from "../view.ts";

/** A view with the head trained on it. */
export interface FittedView {
  readonly view: View;
  readonly head: Head;
  /** Weight of its log-probabilities in the fusion. The view's own `weight` is its share in the decision. */
  readonly factor: number;
}

/** Computes the log-softmax of each row of scores [rows, classes]. */
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

/** Pools the log-probabilities [rows, classes] of views by weight; returns probabilities. */
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
