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
 *
 * Where recordings have varied copies, every view has two heads: one fitted to the recordings, one to the
 * recordings and their copies. The same stacking weighs them, so copies count where they raise the likelihood
 * of the labels of recordings (not of copies) that were left out together with their copies. Both heads are
 * linear in the same features, so they are saved as one.
 */

import type { Embedding } from "../../embed/embedded-recording.ts";
import type { Head } from "../../head/head.ts";
import { headDefaults } from "../../head/options.ts";
import { joinRidge, type PreparedRidge, prepareRidge } from "../../head/ridge.ts";
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

/**
 * What varied copies of the recordings are for: `auto` weighs heads that were fitted to recordings and copies
 * against heads that were fitted to recordings alone; a number fits all heads to that many copies too.
 */
export type Augmentation = "auto" | "none" | number;

/** A fitted fusion. */
interface FusionFit {
  readonly fitted: FittedView[];
  /** Present if the transcript is one of the fitted views. */
  readonly vocabulary?: Vocabulary;
  /**
   * Probabilities [rows, classes] for each training row, from heads fitted without it (and its speaker),
   * fused.
   */
  readonly heldOut: Matrix;
  /** Share in the decision of the heads that were fitted to copies too. */
  readonly variedShare: number;
}

/** Options of {@link fitFusion}. */
interface FusionOptions {
  readonly pooling: Pooling;
  readonly seed: number;
  /** Default: auto. Counts in the place of `auto` only where rows have copies. */
  readonly augment?: Augmentation | undefined;
}

/** Fits the fusion of all views of an encoder set. */
export function fitFusion(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  { pooling, seed, augment = "auto" }: FusionOptions,
): FusionFit {
  const { embeddings, labels, classes, groups } = rows;
  const leaveOut = planLeaveOut(labels, groups);
  const { counted, isMeasured } = leaveOut;
  const vocabulary = encoderSet.transcriber && fitVocabulary(getSpokenTexts(embeddings));
  const views: View[] = [
    ...encoderSet.encoders.flatMap(({ id, layers }) =>
      Array.from({ length: layers }, (_, layer) => ({ encoder: id, layer, pooling, weight: 1 })),
    ),
    ...listWrittenViews(encoderSet.transcriber, vocabulary),
  ];
  const prepare = (copies: readonly CopyRow[]): HeldOutView[] =>
    views.map((view) =>
      prepareView(view, rows, copies, leaveOut, createViewFeatures(view, encoderSet, vocabulary), seed),
    );
  const copies = augment === "none" ? [] : listCopies(rows);
  const plain = copies.length === 0 || augment === "auto" ? prepare([]) : [];
  const varied = copies.length > 0 ? prepare(copies) : [];
  const all = [...plain, ...varied];
  const factors = isMeasured
    ? chooseFactors(
        all.map(({ view }) => view),
        all.map(({ heldOut }) => pickRows(heldOut, counted, classes)),
        counted.map((row) => labels[row]!),
        classes,
      )
    : new Float64Array(all.length).fill(1 / all.length);
  const joined = views.map((_, i) =>
    joinHeads(plain[i], factors[i]!, varied[i], factors[all.length - views.length + i]!),
  );
  // A view's influence also depends on its spread: a view with equal outputs for all classes decides nothing.
  const influences = joined.map(
    ({ heldOut, factor }) => factor * (isMeasured ? computeSpread(heldOut, classes) : 1),
  );
  const total = influences.reduce((a, b) => a + b, 0);
  const isKept = influences.map((influence) => influence >= minimumShare * total);
  const keptTotal = influences.reduce((sum, influence, i) => sum + (isKept[i] ? influence : 0), 0);
  const fitted = views.flatMap((view, i) =>
    isKept[i]
      ? [
          {
            view: { ...view, weight: total > 0 ? influences[i]! / keptTotal : 1 / views.length },
            ...{ head: joined[i]!.createHead(), factor: Math.fround(joined[i]!.factor) },
          },
        ]
      : [],
  );
  const usesTranscript = fitted.some(({ view }) => view.layer === "transcript");
  const heldOut = poolViews(
    joined.map((view) => view.heldOut),
    joined.map(({ factor }) => factor),
    classes,
  );
  const variedShare =
    joined.reduce((sum, { variedShare }, i) => sum + (isKept[i] ? variedShare * influences[i]! : 0), 0) /
    (keptTotal || 1);
  return {
    ...{ fitted, heldOut, variedShare },
    ...(usesTranscript && vocabulary ? { vocabulary } : {}),
  };
}

/** A copy of the recording in `row`. */
interface CopyRow {
  readonly row: number;
  readonly embedding: Embedding;
}

function listCopies({ copies = [] }: LabelledRows): CopyRow[] {
  return copies.flatMap((own, row) => own.map((embedding) => ({ row, embedding })));
}

/** A head on one view, and its log-probabilities [recordings, classes] for the recordings when left out. */
interface HeldOutView {
  readonly view: View;
  readonly head: PreparedRidge;
  readonly heldOut: Float64Array;
}

/** Fits a head to recordings and copies; a copy is left out with its recording, and nothing is measured on it. */
function prepareView(
  view: View,
  { embeddings, labels, classes }: LabelledRows,
  copies: readonly CopyRow[],
  leaveOut: LeaveOut,
  computeFeatures: (embeddings: readonly Embedding[]) => Matrix,
  seed: number,
): HeldOutView {
  const count = embeddings.length;
  const features = computeFeatures([...embeddings, ...copies.map(({ embedding }) => embedding)]);
  const set = createTrainingSet(features, [...labels, ...copies.map(({ row }) => labels[row]!)], classes);
  const copiesOf = embeddings.map((): number[] => []);
  for (const [i, { row }] of copies.entries()) copiesOf[row]!.push(count + i);
  const blocks = leaveOut.blocks.map((block) => [...block, ...block.flatMap((row) => copiesOf[row]!)]);
  // Text features have length one already, and most of them are 0.
  const isVector = view.layer !== "transcript";
  const options = { ...headDefaults.ridge, standardise: isVector, normalise: isVector, seed };
  const head = prepareRidge(set, options, { ...leaveOut, blocks }, count);
  const { outputs, factor } = head.loo;
  const scores = outputs.subarray(0, count * classes).map((value) => factor * value);
  return { view, head, heldOut: computeLogProbabilities(scores, classes) };
}

/** The heads of one view with and without copies as one; either may be missing. */
function joinHeads(
  plain: HeldOutView | undefined,
  plainFactor: number,
  varied: HeldOutView | undefined,
  variedFactor: number,
): {
  readonly heldOut: Float64Array;
  readonly factor: number;
  /** Share of the head with copies. */
  readonly variedShare: number;
  createHead(): Head;
} {
  if (!plain || !varied) {
    const { heldOut, head } = (plain ?? varied)!;
    const createHead = () => head.createHead();
    return { heldOut, factor: plain ? plainFactor : variedFactor, variedShare: plain ? 0 : 1, createHead };
  }
  // The logarithms of both are sums of logits and a constant per recording, which pooling removes.
  const factor = plainFactor + variedFactor;
  const share = factor > 0 ? variedFactor / factor : 0.5;
  return {
    heldOut: plain.heldOut.map((value, i) => (1 - share) * value + share * varied.heldOut[i]!),
    ...{ factor, variedShare: share },
    createHead: () => joinRidge([plain.head, varied.head], [1 - share, share]),
  };
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
  const isLayer = views.map((view) => !needsTranscriber(view));
  const layers = heldOut.filter((_, i) => isLayer[i]);
  if (layers.length === heldOut.length || layers.length === 0) return all.weights;
  const layersOnly = fitFusionWeights(layers, labels, classes);
  const gain = labels.length * (all.logLikelihood - layersOnly.logLikelihood);
  if (gain > minimumTranscriberGain) return all.weights;
  let place = 0;
  return Float64Array.from(isLayer, (isOwn) => (isOwn ? layersOnly.weights[place++]! : 0));
}
