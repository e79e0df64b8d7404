/**
 * The views that can be fused, and their weights and shares in the decision, computed from held-out
 * predictions.
 *
 * Not its concern: fitting heads.
 */
import type { LeaveOut } from "../../head/ridge-loo.ts";
import { pickRows } from "../../head/ridge-solver.ts";
import type { Matrix } from "../../math/matrix.ts";
import type { Vocabulary } from "../features/text-features.ts";
import { type EncoderSetInfo, listWrittenViews, needsTranscriber, type Pooling, type View } from "../view.ts";
import type { FittedView } from "./fusion.ts";
import { fitFusionWeights } from "./fusion-weights.ts";

/** Views with less than this share in the decision are left out. */
const minimumShare = 0.01;

/** A fitted fusion. */
export interface FusionFit {
  readonly fitted: FittedView[];
  /** Present if the transcript is one of the fitted views. */
  readonly vocabulary?: Vocabulary;
  /** Probabilities [rows, classes] of training rows, fused, from heads fitted without row and speaker. */
  readonly heldOut: Matrix;
  /** Share in the decision of the heads that were fitted to varied copies too. */
  readonly variedShare: number;
}

/** Lists all views of an encoder set, those of the transcriber last. */
export function listFusedViews(
  { encoders, transcriber }: EncoderSetInfo,
  pooling: Pooling,
  vocabulary: Vocabulary | undefined,
): View[] {
  return [
    ...encoders.flatMap(({ id, layers }) =>
      Array.from({ length: layers }, (_, layer) => ({ encoder: id, layer, pooling, weight: 1 })),
    ),
    ...listWrittenViews(transcriber, vocabulary),
  ];
}

/**
 * Fits the weight of each view to held-out log-probabilities [rows, classes] of the rows counted, and its
 * share in the decision: 0 for views that are left out.
 */
export function weighViews(
  views: readonly View[],
  heldOut: readonly Float64Array[],
  leaveOut: Pick<LeaveOut, "counted" | "isMeasured">,
  labels: ArrayLike<number>,
  classes: number,
): { readonly factors: Float64Array; readonly shares: readonly number[] } {
  const factors = chooseFactors(views, heldOut, leaveOut, labels, classes);
  return { factors, shares: computeShares(heldOut, factors, leaveOut, classes) };
}

/**
 * Fits the weight of each head to its held-out log-probabilities; 0 for all views of the transcriber if their
 * gain does not justify its run time. Several heads may belong to one view.
 */
export function chooseFactors(
  views: readonly View[],
  heldOut: readonly Float64Array[],
  { counted, isMeasured }: Pick<LeaveOut, "counted" | "isMeasured">,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  if (!isMeasured) return new Float64Array(views.length).fill(1 / views.length);
  const own = heldOut.map((view) => pickRows(view, counted, classes));
  const truth = counted.map((row) => labels[row]!);
  const all = fitFusionWeights(own, truth, classes);
  const isLayer = views.map((view) => !needsTranscriber(view));
  const layers = own.filter((_, i) => isLayer[i]);
  if (layers.length === own.length || layers.length === 0) return all.weights;
  const layersOnly = fitFusionWeights(layers, truth, classes);
  const gain = truth.length * (all.logLikelihood - layersOnly.logLikelihood);
  if (gain > minimumTranscriberGain) return all.weights;
  let place = 0;
  return Float64Array.from(isLayer, (isOwn) => (isOwn ? layersOnly.weights[place++]! : 0));
}

/**
 * Computes the share of each view in the decision: its weight times the spread of its log-probabilities,
 * since a view with equal outputs for all classes has no effect; 0 for views that are left out.
 */
export function computeShares(
  heldOut: readonly Float64Array[],
  factors: ArrayLike<number>,
  { isMeasured }: Pick<LeaveOut, "isMeasured">,
  classes: number,
): number[] {
  const influences = heldOut.map((view, i) => factors[i]! * (isMeasured ? computeSpread(view, classes) : 1));
  const total = influences.reduce((a, b) => a + b, 0);
  const isKept = influences.map((influence) => influence >= minimumShare * total);
  const keptTotal = influences.reduce((sum, influence, i) => sum + (isKept[i] ? influence : 0), 0);
  return influences.map((influence, i) =>
    isKept[i] ? (total > 0 ? influence / keptTotal : 1 / heldOut.length) : 0,
  );
}

/** Computes the standard deviation within rows of log-probabilities [rows, classes]. */
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
