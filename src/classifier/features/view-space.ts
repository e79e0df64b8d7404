/**
 * The feature space of a classifier: the features of its views concatenated, each view scaled by its share in
 * the decision.
 *
 * Not its concern: labels, what the distances are for.
 *
 * Features of layers are standardised over the given recordings, those of transcripts are centred. The mean
 * squared length of a view is then its weight, so squared distances are weighted means over views.
 */

import type { Embedding } from "../../embed/embedded-recording.ts";
import { createMatrix, getRow, type Matrix } from "../../math/matrix.ts";
import type { Classifier } from "../classifier.ts";
import { createViewFeatures, type EncoderSetInfo } from "../view.ts";

/** Computes recordings in the classifier's space: [recordings, features of all its views]. */
export function computeViewSpace(
  { fitted, vocabulary }: Pick<Classifier, "fitted" | "vocabulary">,
  encoderSet: EncoderSetInfo,
  embeddings: readonly Embedding[],
): Matrix {
  const parts = fitted.map(({ view }) => {
    const features = createViewFeatures(view, encoderSet, vocabulary)(embeddings);
    return scaleView(features, view.weight, view.layer !== "transcript");
  });
  const space = createMatrix(
    embeddings.length,
    parts.reduce((sum, { columns }) => sum + columns, 0),
  );
  for (let row = 0; row < embeddings.length; row++) {
    let start = row * space.columns;
    for (const part of parts) {
      space.data.set(getRow(part, row), start);
      start += part.columns;
    }
  }
  return space;
}

/**
 * Centres columns in place, scales them to variance 1 if `standardise`, and rows to a mean squared length of
 * `weight`.
 */
function scaleView(features: Matrix, weight: number, standardise: boolean): Matrix {
  const { rows, columns, data } = features;
  let total = 0;
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let i = column; i < data.length; i += columns) sum += data[i]!;
    const mean = sum / rows;
    let variance = 0;
    for (let i = column; i < data.length; i += columns) variance += (data[i]! - mean) ** 2 / rows;
    // The rounding noise of a constant column in float32 is not scaled up.
    const isConstant = Math.sqrt(variance) <= 1e-6 * Math.abs(mean);
    const scale = isConstant ? 0 : standardise ? 1 / Math.sqrt(variance) : 1;
    for (let i = column; i < data.length; i += columns) data[i] = scale === 0 ? 0 : (data[i]! - mean) * scale;
    total += variance * scale ** 2;
  }
  const factor = total > 0 ? Math.sqrt(weight / total) : 0;
  for (let i = 0; i < data.length; i++) data[i]! *= factor;
  return features;
}
