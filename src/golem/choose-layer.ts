/**
 * Chooses the encoder's layer on training rows alone: the one whose ridge classifier has the highest likelihood of the
 * rows it was not fitted on, by exact leave-one-out (Allen 1974) at each layer's own best penalty.
 *
 * Ridge stands in for whatever head follows: its leave-one-out costs one decomposition, so the choice can be made anew
 * inside every fold. Must not know: folds, speakers, files.
 */
import type { EncoderInfo } from "../encoder/encoder.ts";
import { computeRidgeLooScores, type RidgeLooScore } from "../head/ridge-loo.ts";
import { createRidgeProblemFromRows } from "../head/ridge-problem.ts";
import { applyStandardisation, fitStandardisation } from "../head/standardisation.ts";
import { fitTemperature } from "../head/temperature.ts";
import { getViewSize, type Pooling, stackView } from "./view.ts";

/** Penalties each layer may choose from, relative to the mean squared norm of the rows: coarse, as layers are compared. */
const penalties = [0.03, 0.3, 3];

/** Chooses a layer for pooled vectors [layers, 2 x dimensions] and labels 0 .. classes - 1. */
export function chooseLayer(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  pooling: Pooling,
): number {
  const last = encoder.layers - 1;
  // Leaving out the only recording of a class would leave nothing to recognise it by: such rows are not left out.
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  const rows = labels.flatMap((label, row) => (counts[label]! >= 2 ? [row] : []));
  if (last === 0 || rows.length === 0) return last;
  const memory = new Float64Array(vectors.length * getViewSize(encoder, pooling));
  let best = last;
  let bestLikelihood = Number.NEGATIVE_INFINITY;
  for (let layer = last; layer >= 0; layer--) {
    const likelihood = computeLayerLikelihood(
      vectors,
      labels,
      classes,
      encoder,
      layer,
      pooling,
      rows,
      memory,
    );
    if (likelihood > bestLikelihood) {
      best = layer;
      bestLikelihood = likelihood;
    }
  }
  return best;
}

/** Mean leave-one-out log-likelihood of `rows` on one layer, at the layer's best penalty. */
function computeLayerLikelihood(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  layer: number,
  pooling: Pooling,
  rows: readonly number[],
  memory: Float64Array,
): number {
  const features = stackView(vectors, encoder, layer, pooling);
  const standardisation = fitStandardisation(features);
  const standardised = applyStandardisation(features, standardisation, false, 0, features.rows, memory);
  const problem = createRidgeProblemFromRows(
    standardised,
    features.columns,
    Int32Array.from(labels),
    classes,
  );
  const scores = computeRidgeLooScores(problem, penalties);
  return Math.max(...scores.map((score) => computeLikelihoodOf(score, labels, classes, rows)));
}

function computeLikelihoodOf(
  { outputs, logLikelihood }: RidgeLooScore,
  labels: readonly number[],
  classes: number,
  rows: readonly number[],
): number {
  if (rows.length === labels.length) return logLikelihood;
  const chosen = new Float64Array(rows.length * classes);
  for (const [i, row] of rows.entries()) {
    chosen.set(outputs.subarray(row * classes, (row + 1) * classes), i * classes);
  }
  const chosenLabels = Int32Array.from(rows, (row) => labels[row]!);
  return fitTemperature(chosen, chosenLabels, classes).logLikelihood;
}
