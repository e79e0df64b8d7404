/**
 * Chooses the encoder's layer using training rows only: the layer whose ridge classifier has the highest
 * likelihood on rows it was not fitted on, by exact leave-one-out (Allen 1974) at each layer's own best
 * penalty.
 *
 * Not its concern: folds, files.
 *
 * A ridge classifier is used whatever head is trained later: its leave-one-out needs only one Gram matrix, so
 * the choice can be repeated in every fold.
 */
import { computeRidgeLooScores, planLeaveOut } from "../../head/ridge-loo.ts";
import { createRidgeProblemFromRows } from "../../head/ridge-problem.ts";
import { applyStandardisation, fitStandardisation } from "../../head/standardisation.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import { createViewFeatures, type EncoderSetInfo, getLayerSize, type Pooling } from "../view.ts";

/** Penalties tried for each layer, relative to the mean squared norm of the rows; a coarse grid. */
const penalties = [0.03, 0.3, 3];

/** Chooses a layer of the first encoder. */
export function chooseLayer(
  { embeddings, labels, classes, groups }: LabelledRows,
  encoderSet: EncoderSetInfo,
  pooling: Pooling,
): number {
  const encoder = encoderSet.encoders[0]!;
  const last = encoder.layers - 1;
  const leaveOut = planLeaveOut(labels, groups);
  if (last === 0 || !leaveOut.isMeasured) return last;
  const memory = new Float64Array(embeddings.length * getLayerSize(encoder, pooling));
  let best = last;
  let bestLikelihood = Number.NEGATIVE_INFINITY;
  for (let layer = last; layer >= 0; layer--) {
    const view = { encoder: encoder.id, layer, pooling, weight: 1 };
    const features = createViewFeatures(view, encoderSet)(embeddings);
    const standardisation = fitStandardisation(features);
    const standardised = applyStandardisation(features, standardisation, false, 0, features.rows, memory);
    const problem = createRidgeProblemFromRows(
      standardised,
      features.columns,
      Int32Array.from(labels),
      classes,
    );
    const scores = computeRidgeLooScores(problem, penalties, leaveOut);
    const likelihood = Math.max(...scores.map(({ logLikelihood }) => logLikelihood));
    if (likelihood > bestLikelihood) {
      best = layer;
      bestLikelihood = likelihood;
    }
  }
  return best;
}
