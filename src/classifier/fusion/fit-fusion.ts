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
 * If recordings have varied copies, every view has several heads: one fitted to the recordings alone, the
 * others to recordings and copies, each without one kind of copy. The same stacking weights them all, so
 * copies of each kind count as far as they raise the likelihood of the labels of recordings (not of copies)
 * that were left out together with their copies. The heads of a view are linear in the same features, so they
 * are saved as one.
 */

import type { Head } from "../../head/head.ts";
import { headDefaults } from "../../head/options.ts";
import {
  createRidgeHead,
  type PreparedRidge,
  prepareRidge,
  prepareRidgeGroups,
  type RowGroup,
} from "../../head/ridge.ts";
import { type LeaveOut, planLeaveOut } from "../../head/ridge-loo.ts";
import { maximumNested } from "../../head/ridge-problem.ts";
import { createTrainingSet } from "../../head/training-set.ts";
import { addScaled } from "../../math/matrix-products.ts";
import { createNumberStore } from "../../math/number-store.ts";
import { fitVocabulary } from "../features/text-features.ts";
import { isMixed, type LabelledRows } from "../labelled-rows.ts";
import { createViewFeatures, type EncoderSetInfo, getSpokenTexts, type Pooling, type View } from "../view.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { fitLargeFusion, runToEnd } from "./large-fusion.ts";
import { chooseFactors, computeShares, type FusionFit, listFusedViews } from "./weigh-views.ts";

/**
 * How varied copies are used: `auto` weights heads fitted to recordings and copies and heads fitted to
 * recordings alone; with a number, all heads are fitted to all copies too.
 */
export type Augmentation = "auto" | "none" | number;

/** How a fusion is fitted. */
export interface FusionOptions {
  readonly pooling: Pooling;
  readonly seed: number;
  /** Default: auto. Has an effect only if rows have copies. */
  readonly augment?: Augmentation | undefined;
  /** Weight of each row, besides that of its class; 1 unless given. */
  readonly rowWeights?: Float64Array | undefined;
  /** Which rows are left out together, and which are counted; default: by speaker, all rows. */
  readonly leaveOut?: LeaveOut | undefined;
}

/** Temporary arrays of a fit; only the heads' weights outlive it. */
const numbers = createNumberStore();

/** Fits the fusion of all views of an encoder set. */
export function fitFusion(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  {
    pooling,
    seed,
    augment = "auto",
    rowWeights,
    leaveOut = planLeaveOut(rows.labels, rows.groups),
  }: FusionOptions,
): FusionFit {
  const { embeddings, labels, classes } = rows;
  if (isLarge(rows) && !rowWeights) {
    return runToEnd(fitLargeFusion(rows, encoderSet, { pooling, seed }, [])).fusion;
  }
  numbers.release();
  const vocabulary = encoderSet.transcriber && fitVocabulary(getSpokenTexts(embeddings, encoderSet));
  const views = listFusedViews(encoderSet, pooling, vocabulary);
  const groups = groupCopies(rows, augment);
  const byView = views.map((view) =>
    prepareView(view, rows, groups, {
      ...{ leaveOut, rowWeights, seed },
      computeFeatures: createViewFeatures(view, encoderSet, vocabulary),
    }),
  );
  const prepared = groups.map((_, group) => byView.map((heads) => heads[group]!));
  const all = prepared.flat();
  const factors = chooseFactors(
    all.map(({ view }) => view),
    all.map(({ heldOut }) => heldOut),
    leaveOut,
    labels,
    classes,
  );
  const joined = views.map((_, i) =>
    joinHeads(
      prepared.map((heads) => heads[i]!),
      prepared.map((_, group) => factors[group * views.length + i]!),
    ),
  );
  const shares = computeShares(
    joined.map(({ heldOut }) => heldOut),
    joined.map(({ factor }) => factor),
    leaveOut,
    classes,
  );
  const fitted = views.flatMap((view, i) =>
    shares[i]! > 0
      ? [
          {
            view: { ...view, weight: shares[i]! },
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
  const variedShare = joined.reduce((sum, own, i) => sum + shares[i]! * sumVaried(own.shares, groups), 0);
  return {
    ...{ fitted, heldOut, variedShare: Math.min(1, variedShare) },
    ...(usesTranscript && vocabulary ? { vocabulary } : {}),
  };
}

/** Whether all folds share one fit per view: hundreds of recordings without copies. */
export function isLarge(rows: LabelledRows): boolean {
  const { labels, copies = [] } = rows;
  return labels.length > maximumNested && copies.every(({ length }) => length === 0) && !isMixed(rows);
}

/**
 * Lists the groups of copies, by their places, that heads are fitted to: with `auto`, none, and all but one,
 * for each kind; with a number, all of them.
 */
function groupCopies({ copies = [] }: LabelledRows, augment: Augmentation): number[][] {
  const places = [...Array(Math.max(0, ...copies.map(({ length }) => length))).keys()];
  if (augment === "none" || places.length === 0) return [[]];
  if (augment !== "auto") return [places];
  if (places.length === 1) return [[], places];
  return [[], ...places.map((out) => places.filter((place) => place !== out))];
}

function sumVaried(shares: readonly number[], groups: readonly (readonly number[])[]): number {
  return shares.reduce((sum, share, group) => sum + (groups[group]!.length > 0 ? share : 0), 0);
}

/** A head on one view, and its log-probabilities [recordings, classes] for the recordings when left out. */
interface HeldOutView {
  readonly view: View;
  readonly head: PreparedRidge;
  readonly heldOut: Float64Array;
}

/** Options for fitting the heads of a view. */
interface ViewOptions extends Pick<FusionOptions, "rowWeights" | "seed"> {
  readonly leaveOut: LeaveOut;
  readonly computeFeatures: ReturnType<typeof createViewFeatures>;
}

/**
 * Fits a head per group of copies to the recordings and those copies of each. A copy is left out with its
 * recording, and nothing is measured on it.
 */
function prepareView(
  view: View,
  { embeddings, labels, classes, copies = [] }: LabelledRows,
  groups: readonly (readonly number[])[],
  { leaveOut, rowWeights, computeFeatures, seed }: ViewOptions,
): HeldOutView[] {
  const count = embeddings.length;
  // Text features already have length one, and most of them are 0.
  const isVector = view.layer !== "transcript";
  const options = { ...headDefaults.ridge, standardise: isVector, normalise: isVector, seed };
  const varied = copies.flatMap((own, row) =>
    own.flatMap((embedding, place) =>
      groups.some((places) => places.includes(place)) ? [{ row, place, embedding }] : [],
    ),
  );
  const set = createTrainingSet(
    computeFeatures([...embeddings, ...varied.map(({ embedding }) => embedding)], numbers),
    [...labels, ...varied.map(({ row }) => labels[row]!)],
    classes,
  );
  const rowGroups = groups.map((places): RowGroup => {
    const used = [...varied.keys()].filter((i) => places.includes(varied[i]!.place));
    const copiesOf = embeddings.map((): number[] => []);
    for (const [at, i] of used.entries()) copiesOf[varied[i]!.row]!.push(count + at);
    const blocks = leaveOut.blocks.map((block) => [...block, ...block.flatMap((row) => copiesOf[row]!)]);
    return { rows: [...labels.keys(), ...used.map((i) => count + i)], leaveOut: { ...leaveOut, blocks } };
  });
  const heads =
    varied.length === 0
      ? [prepareRidge(set, options, leaveOut, rowWeights, numbers)]
      : prepareRidgeGroups(
          ...([set, options, count, rowGroups] as const),
          rowWeights && weighCopies(rowWeights, varied),
          numbers,
        );
  return heads.map((head) => {
    const { outputs, factor } = head.loo;
    const scores = outputs.subarray(0, count * classes).map((value) => factor * value);
    return { view, head, heldOut: computeLogProbabilities(scores, classes) };
  });
}

/** Weights of recordings, followed by those of copies: the weights of their recordings. */
function weighCopies(rowWeights: Float64Array, varied: readonly { readonly row: number }[]): Float64Array {
  return Float64Array.from([...rowWeights, ...varied.map(({ row }) => rowWeights[row]!)]);
}

/** The heads of one view, joined. */
interface JoinedView {
  readonly heldOut: Float64Array;
  readonly factor: number;
  /** Share of each of the heads. */
  readonly shares: readonly number[];
  createHead(): Head;
}

/** Joins the heads of one view: log-probabilities are sums of logits and a constant per recording. */
function joinHeads(heads: readonly HeldOutView[], factors: readonly number[]): JoinedView {
  const factor = factors.reduce((sum, value) => sum + value, 0);
  const shares = factors.map((value) => (factor > 0 ? value / factor : 1 / heads.length));
  const heldOut = new Float64Array(heads[0]!.heldOut.length);
  for (const [k, head] of heads.entries()) addScaled(heldOut, shares[k]!, head.heldOut);
  const createHead = () =>
    createRidgeHead(
      heads.map(({ head }) => head),
      shares,
    );
  return { heldOut, factor, shares, createHead };
}
