/**
 * Chooses the encoder's layer on training rows alone: the one whose ridge classifier has the highest likelihood of the
 * rows it was not fitted on, by exact leave-one-out (Allen 1974) at each layer's own best penalty.
 *
 * Ridge stands in for whatever head follows: its leave-one-out costs one decomposition, so the choice can be made anew
 * inside every fold. Must not know: folds, speakers, files.
 */
import type { EncoderInfo } from "../encoder/encoder.ts";
import { computeRidgeLooScores } from "../head/ridge-loo.ts";
import { createRidgeProblemFromRows } from "../head/ridge-problem.ts";
import { applyStandardisation, fitStandardisation } from "../head/standardisation.ts";
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
  // Leaving out the only recording of a class leaves nothing to recognise it by: where all are such, nothing is measured.
  if (last === 0 || classes >= labels.length) return last;
  const memory = new Float64Array(vectors.length * getViewSize(encoder, pooling));
  let best = last;
  let bestLikelihood = Number.NEGATIVE_INFINITY;
  for (let layer = last; layer >= 0; layer--) {
    const likelihood = computeLayerLikelihood(vectors, labels, classes, encoder, layer, pooling, memory);
    if (likelihood > bestLikelihood) {
      best = layer;
      bestLikelihood = likelihood;
    }
  }
  return best;
}

/** Mean leave-one-out log-likelihood on one layer, at the layer's best penalty. */
function computeLayerLikelihood(
  vectors: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  encoder: EncoderInfo,
  layer: number,
  pooling: Pooling,
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
  return Math.max(...scores.map(({ logLikelihood }) => logLikelihood));
}
