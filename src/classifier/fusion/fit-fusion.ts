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
import { type LeaveOut, pickRows, planLeaveOut } from "../../head/ridge-loo.ts";
import { createTrainingSet } from "../../head/training-set.ts";
import type { Matrix } from "../../math/matrix.ts";
import { fitVocabulary, type Vocabulary } from "../features/text-features.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  getSpokenTexts,
  listWrittenViews,
  needsTranscriber,
  type Pooling,
  type View,
} from "../view.ts";
import { computeLogProbabilities, type FittedView, poolViews } from "./fusion.ts";
import { fitFusionWeights } from "./fusion-weights.ts";

/** Views with less than this share in the decision are left out. */
const minimumShare = 0.01;

/** A fitted fusion. */
export interface FusionFit {
  readonly fitted: FittedView[];
  /** Present if the transcript is one of the fitted views. */
  readonly vocabulary?: Vocabulary;
  /**
   * Probabilities [rows, classes] for each training row, from heads fitted without it (and its speaker),
   * fused.
   */
  readonly heldOut: Matrix;
}

/** How a fusion is fitted. */
export interface FusionOptions {
  readonly pooling: Pooling;
  readonly seed: number;
  /** Weight of each row beside that of its class; 1 unless given. */
  readonly rowWeights?: Float64Array | undefined;
  /** What is left out together, and what is counted; by speaker, and all rows, unless given. */
  readonly leaveOut?: LeaveOut | undefined;
}

/** Fits the fusion of all views of an encoder set. */
export function fitFusion(
  { embeddings, labels, classes, groups }: LabelledRows,
  encoderSet: EncoderSetInfo,
  { pooling, seed, rowWeights, leaveOut = planLeaveOut(labels, groups) }: FusionOptions,
): FusionFit {
  const { counted, isMeasured } = leaveOut;
  const vocabulary = encoderSet.transcriber && fitVocabulary(getSpokenTexts(embeddings));
  const views: View[] = [
    ...encoderSet.encoders.flatMap(({ id, layers }) =>
      Array.from({ length: layers }, (_, layer) => ({ encoder: id, layer, pooling, weight: 1 })),
    ),
    ...listWrittenViews(encoderSet.transcriber, vocabulary),
  ];
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
      rowWeights,
    );
    const { loo } = head;
    heads.push(head);
    const scores = loo.outputs.map((value) => loo.factor * value);
    heldOut.push(computeLogProbabilities(scores, classes));
  }
  const factors = isMeasured
    ? chooseFactors(
        views,
        heldOut.map((view) => pickRows(view, counted, classes)),
        counted.map((row) => labels[row]!),
        classes,
      )
    : new Float64Array(views.length).fill(1 / views.length);
  // A view's influence also depends on its spread: a view with equal outputs for all classes decides nothing.
  const influences = heldOut.map((view, i) => factors[i]! * (isMeasured ? computeSpread(view, classes) : 1));
  const total = influences.reduce((a, b) => a + b, 0);
  const isKept = influences.map((influence) => influence >= minimumShare * total);
  const keptTotal = influences.reduce((sum, influence, i) => sum + (isKept[i] ? influence : 0), 0);
  const fitted = views.flatMap((view, i) =>
    isKept[i]
      ? [
          {
            view: { ...view, weight: total > 0 ? influences[i]! / keptTotal : 1 / views.length },
            ...{ head: heads[i]!.createHead(), factor: Math.fround(factors[i]!) },
          },
        ]
      : [],
  );
  const usesTranscript = fitted.some(({ view }) => view.layer === "transcript");
  const pooled = poolViews(heldOut, factors, classes);
  return { fitted, heldOut: pooled, ...(usesTranscript && vocabulary ? { vocabulary } : {}) };
}

/** Standard deviation within rows of log-probabilities [rows, classes]. */
function computeSpread(view: Float64Array, classes: number): number {
  let sum = 0;
  for (let start = 0; start < view.length; start += classes) {
    let mean = 0;
    for (let k = start; k < start + classes; k++) mean += view[k]! / classes;
    for (let k = start; k < start + classes; k++) sum += (view[k]! - mean) ** 2;
  }
  return Math.sqrt(sum / view.length);
}

/**
 * Minimum gain in log-likelihood from the transcriber's views, in nats over all rows, for them to be used.
 * Transcripts randomly exchanged between recordings, which carry no information, gain more than this in one
 * of ten draws of real recordings (LOG.md); their median gain is 0.
 */
const minimumTranscriberGain = 0.3;

/** The weight of each view; 0 for all views of the transcriber if their gain is not worth its run time. */
function chooseFactors(
  views: readonly View[],
  heldOut: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
): Float64Array {
  const all = fitFusionWeights(heldOut, labels, classes);
  const layers = heldOut.filter((_, i) => !needsTranscriber(views[i]!));
  if (layers.length === heldOut.length || layers.length === 0) return all.weights;
  const layersOnly = fitFusionWeights(layers, labels, classes);
  const gain = labels.length * (all.logLikelihood - layersOnly.logLikelihood);
  // The transcriber's views are the last ones.
  return gain > minimumTranscriberGain
    ? all.weights
    : Float64Array.from({ length: views.length }, (_, i) => layersOnly.weights[i] ?? 0);
}
