/**
 * Softmax and cross-entropy with its gradient.
 *
 * Not its concern: standardisation, optimisers.
 */
import { createMatrix, type Matrix } from "../math/matrix.ts";

/**
 * Computes the softmax of each row of logits [recordings, classes]: probabilities of the same shape, each row
 * summing to 1.
 */
export function computeProbabilities(logits: Matrix): Matrix {
  const { rows, columns } = logits;
  const result = createMatrix(rows, columns);
  for (let start = 0; start < rows * columns; start += columns) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < columns; k++) highest = Math.max(highest, logits.data[start + k]!);
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += Math.exp(logits.data[start + k]! - highest);
    for (let k = 0; k < columns; k++) {
      result.data[start + k] = Math.exp(logits.data[start + k]! - highest) / sum;
    }
  }
  return result;
}

/**
 * Computes the weighted sum of cross-entropies, sum over i of w_i (log sum_k exp z_ik - z_i,label), and its
 * gradient with respect to the logits, w_i (p_ik - [k = label]), written to `residuals`.
 */
export function computeCrossEntropy(
  logits: Float64Array,
  labels: Int32Array,
  weights: Float64Array,
  classes: number,
  residuals: Float64Array,
): number {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const start = i * classes;
    let highest = logits[start]!;
    for (let k = 1; k < classes; k++) {
      const value = logits[start + k]!;
      if (value > highest) highest = value;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const value = Math.exp(logits[start + k]! - highest);
      residuals[start + k] = value;
      sum += value;
    }
    const weight = weights[i]!;
    const factor = weight / sum;
    for (let k = 0; k < classes; k++) residuals[start + k]! *= factor;
    const own = start + labels[i]!;
    residuals[own]! -= weight;
    loss += weight * (Math.log(sum) + highest - logits[own]!);
  }
  return loss;
}
