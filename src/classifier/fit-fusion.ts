/**
 * Fits one ridge head a view (each layer of each encoder, the transcript and its decoder's vectors) and the weights with which
 * the views are pooled, on training rows alone.
 *
 * Each head's say on its own training rows is its exact leave-one-out, all rows of a speaker left out together where speakers are known
 * (head/ridge-loo.ts), so penalty, calibration and weights are all chosen on rows and speakers the head was not fitted on, without a
 * refit. Rows that are alone in their class are not counted; where all are, views weigh the same.
 * Not its concern: folds, files.
 */

import { headDefaults } from "../head/options.ts";
import { type PreparedRidge, prepareRidge } from "../head/ridge.ts";
import { pickRows, planLeaveOut } from "../head/ridge-loo.ts";
import { createTrainingSet } from "../head/training-set.ts";
import type { Matrix } from "../math/matrix.ts";
import type { FittedView } from "./fitted-view.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { fitFusionWeights } from "./fusion-weights.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import { fitVocabulary, type Vocabulary } from "./text-features.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  listWrittenViews,
  needsTranscriber,
  type Pooling,
  type View,
} from "./view.ts";

/** Views with less than this share in the decision are left out. */
const minimumShare = 0.01;

/** What fitting the fusion gives. */
export interface FusionFit {
  readonly fitted: FittedView[];
  /** There when the transcript has a say. */
  readonly vocabulary?: Vocabulary;
  /** Probabilities [rows, classes]: what the pooled heads say of each training row when fitted without it (and its speaker). */
  readonly heldOut: Matrix;
}

/** Fits the fusion of all views that the listener offers. */
export function fitFusion(
  { embeddings, labels, classes, groups }: LabelledRows,
  encoderSet: EncoderSetInfo,
  { pooling, seed }: { readonly pooling: Pooling; readonly seed: number },
): FusionFit {
  const leaveOut = planLeaveOut(labels, groups);
  const { counted, isMeasured } = leaveOut;
  const vocabulary = encoderSet.transcriber && fitVocabulary(embeddings.map(({ text }) => text ?? ""));
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
    // Rows of words are of length one already, and most of their features are 0.
    const isSound = view.layer !== "transcript";
    const set = createTrainingSet(features, labels, classes);
    const head = prepareRidge(
      set,
      { ...headDefaults.ridge, standardise: isSound, normalise: isSound, seed },
      leaveOut,
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
  // A view that says the same of all classes decides nothing, whatever its factor.
  const says = heldOut.map((view, i) => factors[i]! * (isMeasured ? computeSpread(view, classes) : 1));
  const total = says.reduce((a, b) => a + b, 0);
  const isKept = says.map((say) => say >= minimumShare * total);
  const keptTotal = says.reduce((sum, say, i) => sum + (isKept[i] ? say : 0), 0);
  const fitted = views.flatMap((view, i) =>
    isKept[i]
      ? [
          {
            view: { ...view, weight: total > 0 ? says[i]! / keptTotal : 1 / views.length },
            ...{ head: heads[i]!.createHead(), factor: Math.fround(factors[i]!) },
          },
        ]
      : [],
  );
  const reads = fitted.some(({ view }) => view.layer === "transcript");
  const pooled = poolViews(heldOut, factors, classes);
  return { fitted, heldOut: pooled, ...(reads && vocabulary ? { vocabulary } : {}) };
}

/** Standard deviation of log-probabilities [rows, classes] within rows. */
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
 * Nats, over all rows together, that the transcriber's views have to add to have a say. Words exchanged among recordings, which say
 * nothing, add more in one of ten draws of real recordings (LOG.md); the median of what they add is 0.
 */
const worthReading = 0.3;

/** The weight of each view; 0 for all of the transcriber's when they do not pay for the time it takes. */
function chooseFactors(
  views: readonly View[],
  heldOut: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
): Float64Array {
  const all = fitFusionWeights(heldOut, labels, classes);
  const isSound = (_: unknown, i: number) => !needsTranscriber(views[i]!);
  const embeddings = heldOut.filter(isSound);
  if (embeddings.length === heldOut.length || embeddings.length === 0) return all.weights;
  const sound = fitFusionWeights(embeddings, labels, classes);
  const gain = labels.length * (all.logLikelihood - sound.logLikelihood);
  // What needs the transcriber comes last among the views.
  return gain > worthReading
    ? all.weights
    : Float64Array.from({ length: views.length }, (_, i) => sound.weights[i] ?? 0);
}
