/**
 * Fits the out-of-distribution detector (familiarity.ts) to recordings of known classes, and its threshold to
 * the familiarity of each recording when it, or its speaker, is left out.
 *
 * Not its concern: files, fitting classifiers.
 *
 * The threshold is the quantile of the held-out familiarities below which a stated share of recordings of
 * known classes are. It is estimated by a weighted mean of all order statistics (Harrell and Davis 1982): a
 * single one varies more from golem to golem, and rejects too few if few recordings are held out. Recordings
 * of one speaker resemble each other, so the prediction limit of a normal sample (Hahn 1970) is computed with
 * the effective number of independent recordings (evaluate/interval.ts) and the deviation of the lower half;
 * it is used if it is lower than the quantile.
 *
 * If recordings have varied copies, class means and the variance within classes are of recordings and copies,
 * so the effect of noise or a room counts as variation within a class. A copy is left out with its recording,
 * and the threshold is derived from recordings alone.
 */
import { defaultRecipe } from "../../core/default-recipe.ts";
import { createRandom, shuffle } from "../../core/random.ts";
import { unknownLabels } from "../../embed/embedded-recording.ts";
import { countIndependent } from "../../evaluate/interval.ts";
import { createLeftOutComparison, type LeftOutBlock } from "../../head/left-out-comparison.ts";
import { type LeaveOut, planLeaveOut } from "../../head/ridge-loo.ts";
import { applyStandardisation, fitStandardisation } from "../../head/standardisation.ts";
import { fitWhitenedSpace } from "../../head/whitened-classes.ts";
import { computeIncompleteBeta, computeStudentQuantile } from "../../math/distribution.ts";
import { computeGram } from "../../math/matrix-products.ts";
import { type LabelledRows, pickLabelledRows } from "../labelled-rows.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  isVectorView,
  type LayerView,
  sumShares,
  type VectorView,
  type View,
} from "../view.ts";
import {
  computeFamiliarity,
  computeSimilarity,
  type Familiarity,
  type FamiliarityLayer,
  type HeldOutStatistics,
  isUsedForNearness,
  type Similarity,
} from "./familiarity.ts";

/** The rule of similarity that new golems have. */
const rule = 2;
/** Share of recordings of known classes that may be flagged unknown. */
const falseRejectionRate = 0.05;
/**
 * Share of held-out recordings below the threshold. It is lower, since new recordings differ more from the
 * training recordings: a third to a half more of them are below a threshold than of held-out ones (LOG.md).
 */
const heldOutRate = 0.04;
/** Maximum number of recordings fitted to, drawn evenly from the classes: it limits golem size. */
const maximumRows = 128;
/** Maximum number of recordings and copies fitted to. */
const maximumVariedRows = 2 * maximumRows;
/** More rows are used if the maximum would leave fewer than this number per class. */
const minimumRowsPerClass = 3;
/** Maximum number of folds; with more blocks to leave out, several are left out together. */
const maximumFolds = 20;

/**
 * Fits to labelled rows, except those of classes for unknown sounds. `views` are those of the classifier;
 * `copies` are the places of the copies that are used, in the order of their benefit. Returns undefined if no
 * recording can be held out: with fewer than two known classes, or if every class has only one.
 */
export function fitFamiliarity(
  rows: LabelledRows,
  classNames: readonly string[],
  encoderSet: EncoderSetInfo,
  views: readonly View[],
  { seed, copies = [] }: { readonly seed: number; readonly copies?: readonly number[] | undefined },
): Familiarity | undefined {
  const known = pickLabelledRows(rows, pickRows(rows, classNames, seed));
  const leaveOut = planLeaveOut(known.labels, known.groups);
  const classes = new Set(known.labels).size;
  if (classes < 2 || !leaveOut.isMeasured) return undefined;
  const room = Math.max(maximumVariedRows, minimumRowsPerClass * classes) - known.labels.length;
  const { fitted, blocks } = addCopies(known, leaveOut, copies, room);
  const originals = known.labels.length;
  const layers = chooseLayers(encoderSet, views).map((view) => fitLayer(view, fitted, originals, encoderSet));
  const counted = new Set(leaveOut.counted);
  const similarities = joinBlocks(blocks, fitted.labels).flatMap((block) =>
    holdOut(block, counted, fitted.labels, layers, encoderSet),
  );
  if (similarities.length < 2) return undefined;
  const resemblance = computeStatistics(similarities.map((similarity) => similarity.resemblance));
  const nearness = computeStatistics(similarities.map((similarity) => similarity.nearness));
  const scores = similarities.map((similarity) =>
    computeFamiliarity(similarity, { resemblance, nearness, rule }),
  );
  const speakers = similarities.map(({ row }) => known.groups?.[row]);
  return {
    layers: layers.map(({ layer }) => layer),
    ...{ falseRejectionRate, resemblance, nearness, rule },
    threshold: computeRejectionThreshold(scores, speakers),
    recordings: scores.length,
  };
}

/** Appends at most `room` copies, those in the given places, to the rows, and to the blocks of their rows. */
function addCopies(
  { embeddings, labels, copies = [], ...rest }: LabelledRows,
  { blocks }: LeaveOut,
  places: readonly number[],
  room: number,
): { readonly fitted: LabelledRows; readonly blocks: readonly (readonly number[])[] } {
  const found = places
    .flatMap((place) => copies.flatMap((own, row) => (own[place] ? [{ row, embedding: own[place] }] : [])))
    .slice(0, room);
  return {
    fitted: {
      ...rest,
      embeddings: [...embeddings, ...found.map(({ embedding }) => embedding)],
      labels: [...labels, ...found.map(({ row }) => labels[row]!)],
    },
    blocks: blocks.map((block) => [
      ...block,
      ...found.flatMap(({ row }, i) => (block.includes(row) ? [labels.length + i] : [])),
    ]),
  };
}

/**
 * Computes the threshold for scores (higher is more familiar); see the header. `speakers` are those of the
 * scores; scores without a speaker are independent. -Infinity with fewer than two scores.
 */
export function computeRejectionThreshold(
  scores: readonly number[],
  speakers: readonly (string | undefined)[] = scores.map(() => undefined),
  rate = heldOutRate,
): number {
  const count = scores.length;
  if (count < 2) return Number.NEGATIVE_INFINITY;
  const sorted = [...scores].sort((a, b) => a - b);
  const independent = countIndependent(speakers);
  const middle = estimateQuantile(sorted, 0.5);
  const below = sorted.filter((score) => score <= middle);
  const squares = below.reduce((sum, score) => sum + (score - middle) ** 2, 0);
  const deviation = Math.sqrt(squares / (below.length - 0.5));
  const quantile = computeStudentQuantile(1 - rate, Math.max(1, independent - 1));
  const limit = middle - quantile * deviation * Math.sqrt(1 + 1 / independent);
  return Math.min(estimateQuantile(sorted, rate), limit);
}

/** Estimates the quantile of ascending values after Harrell and Davis. */
function estimateQuantile(sorted: readonly number[], share: number): number {
  const count = sorted.length;
  const [a, b] = [share * (count + 1), (1 - share) * (count + 1)];
  let sum = 0;
  let before = 0;
  for (const [i, value] of sorted.entries()) {
    const upTo = computeIncompleteBeta(a, b, (i + 1) / count);
    sum += (upTo - before) * value;
    before = upTo;
  }
  return sum;
}

/** Rows of known classes, drawn evenly from the classes if there are too many. */
function pickRows({ labels, classes }: LabelledRows, names: readonly string[], seed: number): number[] {
  const random = createRandom(seed);
  const byClass = Array.from({ length: classes }, (_, c) => {
    const own = labels.flatMap((label, row) => (label === c ? [row] : []));
    return unknownLabels.includes(names[c]!) ? [] : own.length > 2 ? shuffle(own, random) : own;
  });
  const picked: number[] = [];
  const largest = Math.max(...byClass.map((own) => own.length));
  for (let turn = 0; turn < largest; turn++) {
    for (const own of byClass) if (turn < own.length) picked.push(own[turn]!);
  }
  const known = byClass.filter((own) => own.length > 0).length;
  return picked.slice(0, Math.max(maximumRows, minimumRowsPerClass * known));
}

/**
 * Lists all layers of the first encoder, and the other vector views of the classifier. A weight is the view's
 * share of the total weight of the vector views.
 */
function chooseLayers({ encoders }: EncoderSetInfo, views: readonly View[]): VectorView[] {
  const vectors = views.filter(isVectorView);
  const total = sumShares(vectors);
  const [first] = encoders;
  const isFirstEncoderLayer = (view: View): view is LayerView =>
    typeof view.layer === "number" && view.encoder === first?.id;
  const decidingLayers = vectors.filter(isFirstEncoderLayer);
  const pooling = vectors.find((view): view is LayerView => typeof view.layer === "number")?.pooling;
  const layers = Array.from({ length: first?.layers ?? 0 }, (_, layer): LayerView => {
    const same = decidingLayers.find((view) => view.layer === layer);
    // If only words have a share, all layers are used with equal weights.
    const weight = total > 0 ? (same?.weight ?? 0) / total : 1 / first!.layers;
    return { encoder: first!.id, layer, pooling: pooling ?? defaultRecipe.pooling, weight };
  });
  const others = vectors.filter((view) => !isFirstEncoderLayer(view));
  return [...layers, ...others.map((view) => ({ ...view, weight: view.weight / total }))];
}

interface FittedLayer {
  readonly layer: FamiliarityLayer;
  readonly features: number;
  readonly leaveOut: (block: readonly number[]) => LeftOutBlock;
}

function fitLayer(
  view: VectorView,
  { embeddings, labels }: LabelledRows,
  originals: number,
  encoderSet: EncoderSetInfo,
): FittedLayer {
  const raw = createViewFeatures(view, encoderSet)(embeddings);
  const { mean, scale } = fitStandardisation({
    ...{ rows: originals, columns: raw.columns, data: raw.data.subarray(0, originals * raw.columns) },
  });
  const x = applyStandardisation(raw, { mean, scale });
  const features = raw.columns;
  const gram = computeGram(x, raw.rows, features);
  const { centre, templates, subspace, norms, added } = fitWhitenedSpace(x, gram, labels, features);
  return {
    layer: {
      view,
      origin: mean.map((value, j) => value + scale[j]! * centre[j]!),
      ...{ scale, templates: new Float32Array(templates), norms: new Float32Array(norms) },
      subspace: new Float32Array(subspace),
    },
    ...{ features, leaveOut: createLeftOutComparison(gram, labels, added) },
  };
}

/** Blocks that are left out together; too many are merged, each with blocks of other classes. */
function joinBlocks(blocks: readonly (readonly number[])[], labels: readonly number[]): number[][] {
  const joined: number[][] = Array.from({ length: Math.min(blocks.length, maximumFolds) }, () => []);
  const byClass = [...blocks].sort((a, b) => labels[a[0]!]! - labels[b[0]!]!);
  for (const [i, block] of byClass.entries()) joined[i % joined.length]!.push(...block);
  return joined;
}

/**
 * Similarities of the counted rows of a block to classes fitted without the block. The norms that are
 * divisors are those of all rows, since a mean of fewer recordings is longer.
 */
function holdOut(
  block: readonly number[],
  counted: ReadonlySet<number>,
  labels: readonly number[],
  layers: readonly FittedLayer[],
  encoderSet: EncoderSetInfo,
): (Similarity & { readonly row: number })[] {
  const all = [...new Set(labels)].sort((a, b) => a - b);
  const out = new Set(block);
  const kept = new Set(labels.filter((_, row) => !out.has(row)));
  if (kept.size < 2) return [];
  const left = layers.map(({ leaveOut }) => leaveOut(block));
  const places = all.flatMap((label, place) => (kept.has(label) ? [place] : []));
  const units = layers.map(({ layer }) => places.map((place) => layer.norms[place]!));
  return block.flatMap((row, i) => {
    if (!counted.has(row) || !kept.has(labels[row]!)) return [];
    const compared = layers.map(({ layer, features }, l) => ({
      ...left[l]!.comparisons[i]!,
      ...{ weight: layer.view.weight, norms: left[l]!.norms, units: units[l]!, features },
      isUsedForNearness: isUsedForNearness(layer.view, encoderSet),
    }));
    return [{ row, ...computeSimilarity(compared, rule) }];
  });
}

/** Computes mean and deviation; a deviation of 0 is replaced by 1, since no value can be divided by it. */
function computeStatistics(values: readonly number[]): HeldOutStatistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
