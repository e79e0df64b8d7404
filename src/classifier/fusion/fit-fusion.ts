/**
 * Fits one ridge head per view (each layer of each encoder, the transcript, and the decoder vectors) and the
 * weights of the fusion, using training rows only.
 *
 * Not its concern: folds, files.
 *
 * The outputs of a head for its own training rows are computed by exact leave-one-out, leaving out all rows
 * of a speaker together if speakers are known (head/ridge-loo.ts). Penalty, calibration and weights are thus
 * all chosen on rows and speakers the head was not fitted on, without refitting. Rows that are the only one
 * of their class are excluded; if all rows are, the views have equal weights.
 */

import { headDefaults } from "../../head/options.ts";
import { type PreparedRidge, prepareRidge } from "../../head/ridge.ts";
import { planLeaveOut } from "../../head/ridge-loo.ts";
import { maximumNested } from "../../head/ridge-problem.ts";
import { createTrainingSet } from "../../head/training-set.ts";
import { fitVocabulary } from "../features/text-features.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import { createViewFeatures, type EncoderSetInfo, getSpokenTexts, type Pooling } from "../view.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { fitLargeFusion, runToEnd } from "./large-fusion.ts";
import { type FusionFit, listFusedViews, weighViews } from "./weigh-views.ts";

/** Fits the fusion of all views of an encoder set. */
export function fitFusion(
  { embeddings, labels, classes, groups }: LabelledRows,
  encoderSet: EncoderSetInfo,
  { pooling, seed }: { readonly pooling: Pooling; readonly seed: number },
): FusionFit {
  if (labels.length > maximumNested) {
    return runToEnd(
      fitLargeFusion({ embeddings, labels, classes, groups }, encoderSet, { pooling, seed }, []),
    ).fusion;
  }
  const leaveOut = planLeaveOut(labels, groups);
  const vocabulary = encoderSet.transcriber && fitVocabulary(getSpokenTexts(embeddings));
  const views = listFusedViews(encoderSet, pooling, vocabulary);
  const heads: PreparedRidge[] = [];
  const heldOut: Float64Array[] = [];
  for (const view of views) {
    const features = createViewFeatures(view, encoderSet, vocabulary)(embeddings);
    // Text features have length one already, and most of them are 0.
    const isVector = view.layer !== "transcript";
    const set = createTrainingSet(features, labels, classes);
    const head = prepareRidge(
      set,
      { ...headDefaults.ridge, standardise: isVector, normalise: isVector, seed },
      leaveOut,
    );
    const { loo } = head;
    heads.push(head);
    const scores = loo.outputs.map((value) => loo.factor * value);
    heldOut.push(computeLogProbabilities(scores, classes));
  }
  const { factors, shares } = weighViews(views, heldOut, leaveOut, labels, classes);
  const fitted = views.flatMap((view, i) =>
    shares[i]! > 0
      ? [
          {
            view: { ...view, weight: shares[i]! },
            ...{ head: heads[i]!.createHead(), factor: Math.fround(factors[i]!) },
          },
        ]
      : [],
  );
  const usesTranscript = fitted.some(({ view }) => view.layer === "transcript");
  const pooled = poolViews(heldOut, factors, classes);
  return { fitted, heldOut: pooled, ...(usesTranscript && vocabulary ? { vocabulary } : {}) };
}
