/**
 * When a golem says that it does not know: the most probable class is not probable enough.
 *
 * Maximum softmax probability (Hendrycks and Gimpel 2017), with the threshold at a stated rate of false rejections
 * among held-out recordings of the known classes.
 * Must not know: embeddings, audio.
 */
import { getRow, type Matrix } from "../core/matrix.ts";

/** Share of recordings of known classes that may be called unknown. */
export const falseRejectionRate = 0.05;

/**
 * The threshold below which a confidence means unknown: the 5 % quantile (the lower of the two neighbours) of the
 * out-of-fold confidences. `probabilities`: one matrix [recordings, classes] a repeat.
 */
export function computeUnknownThreshold(probabilities: readonly Matrix[]): number {
  const confidences = probabilities
    .flatMap((matrix) => Array.from({ length: matrix.rows }, (_, row) => Math.max(...getRow(matrix, row))))
    .sort((a, b) => a - b);
  return confidences[Math.floor(falseRejectionRate * confidences.length)] ?? 0;
}
