/**
 * Chooses the encoder's layer on training rows alone: the one whose ridge classifier has the highest likelihood of the
 * rows it was not fitted on, by exact leave-one-out (Allen 1974) at each layer's own best penalty.
 *
 * Ridge stands in for whatever head follows: its leave-one-out costs one Gram matrix, so the choice can be made anew
 * inside every fold. Not its concern: folds, speakers, files.
 */
import { computeRidgeLooScores, planLeaveOut } from "../head/ridge-loo.ts";
import { createRidgeProblemFromRows } from "../head/ridge-problem.ts";
import { applyStandardisation, fitStandardisation } from "../head/standardisation.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import { createViewFeatures, type EncoderSetInfo, getLayerSize, type Pooling } from "./view.ts";

/** Penalties each layer may choose from, relative to the mean squared norm of the rows: coarse, as layers are compared. */
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
