/**
 * Fits what tells the familiar from the unknown to recordings of known classes, and its threshold to what each of them gets when it,
 * or its speaker, is left out.
 *
 * Not its concern: files, how classifiers are fitted.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { createRandom, shuffle } from "../core/random.ts";
import { unknownLabels } from "../embed/embedded-recording.ts";
import { type LeaveOut, planLeaveOut } from "../head/ridge-loo.ts";
import { applyStandardisation, fitStandardisation } from "../head/standardisation.ts";
import { fitWhitenedSpace, type WhitenedClasses, whitenClasses } from "../head/whitened-classes.ts";
import { computeGram } from "../math/matrix-products.ts";
import { computeRejectionThreshold, falseRejectionRate } from "./false-rejection.ts";
import {
  type Familiarity,
  type FamiliarLayer,
  formImpression,
  type Impression,
  judgeImpression,
  tellsNearness,
  type Usual,
} from "./familiarity.ts";
import { type LabelledRows, pickLabelledRows } from "./labelled-rows.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  isVectorView,
  type LayerView,
  sumShares,
  type VectorView,
  type View,
} from "./view.ts";

/** Most recordings that it is fitted to, drawn evenly from the classes, where that leaves some a class: what a golem keeps grows with them. */
const maximumRows = 128;
const rowsAClass = 3;
/** Most times that some are left out; what is left out together then grows. */
const maximumFolds = 20;

/**
 * Fits to labelled rows, those of classes for the unknown left out. `views`: those of the classifier. Undefined where nothing can be held
 * out: fewer than two known classes, or none with recordings to spare.
 */
export function fitFamiliarity(
  rows: LabelledRows,
  classNames: readonly string[],
  encoderSet: EncoderSetInfo,
  views: readonly View[],
  seed: number,
): Familiarity | undefined {
  const known = pickLabelledRows(rows, pickRows(rows, classNames, seed));
  const leaveOut = planLeaveOut(known.labels, known.groups);
  if (new Set(known.labels).size < 2 || !leaveOut.isMeasured) return undefined;
  const layers = chooseLayers(encoderSet, views).map((view) => fitLayer(view, known, encoderSet));
  const impressions = joinBlocks(leaveOut, known.labels).flatMap((block) =>
    holdOut(block, new Set(leaveOut.counted), known.labels, layers, encoderSet),
  );
  if (impressions.length < 2) return undefined;
  const resemblance = describeUsual(impressions.map((impression) => impression.resemblance));
  const nearness = describeUsual(impressions.map((impression) => impression.nearness));
  const scores = impressions.map((impression) => judgeImpression(impression, { resemblance, nearness }));
  return {
    layers: layers.map(({ layer }) => layer),
    ...{ falseRejectionRate, resemblance, nearness },
    threshold: computeRejectionThreshold(scores),
    recordings: scores.length,
  };
}

/** Rows of known classes, drawn evenly when there are too many. */
function pickRows({ labels, classes }: LabelledRows, names: readonly string[], seed: number): number[] {
  const random = createRandom(seed);
  const byClass = Array.from({ length: classes }, (_, c) => {
    const own = labels.flatMap((label, row) => (label === c ? [row] : []));
    return unknownLabels.includes(names[c]!) ? [] : own.length > 2 ? shuffle(own, random) : own;
  });
  const picked: number[] = [];
  const most = Math.max(...byClass.map((own) => own.length));
  for (let turn = 0; turn < most; turn++) {
    for (const own of byClass) if (turn < own.length) picked.push(own[turn]!);
  }
  const known = byClass.filter((own) => own.length > 0).length;
  return picked.slice(0, Math.max(maximumRows, rowsAClass * known));
}

/** All layers of the first encoder, and the other vectors that have a say; weights are shares among those that have one. */
function chooseLayers({ encoders }: EncoderSetInfo, views: readonly View[]): VectorView[] {
  const vectors = views.filter(isVectorView);
  const total = sumShares(vectors);
  const isOwn = (view: View): view is LayerView =>
    typeof view.layer === "number" && view.encoder === encoders[0]?.id;
  const embeddings = vectors.filter(isOwn);
  const pooling = vectors.find((view): view is LayerView => typeof view.layer === "number")?.pooling;
  const [first] = encoders;
  const own = Array.from({ length: first?.layers ?? 0 }, (_, layer): LayerView => {
    const same = embeddings.find((view) => view.layer === layer);
    // Where words alone decide, what a recording sounds like is all there is to tell the unfamiliar.
    const weight = total > 0 ? (same?.weight ?? 0) / total : 1 / first!.layers;
    return { encoder: first!.id, layer, pooling: pooling ?? defaultRecipe.pooling, weight };
  });
  const others = vectors.filter((view) => !isOwn(view));
  return [...own, ...others.map((view) => ({ ...view, weight: view.weight / total }))];
}

interface FittedLayer {
  readonly layer: FamiliarLayer;
  readonly gram: Float64Array;
  readonly features: number;
  /** Mean norm of the class means. */
  readonly unit: number;
}

function fitLayer(
  view: VectorView,
  { embeddings, labels }: LabelledRows,
  encoderSet: EncoderSetInfo,
): FittedLayer {
  const raw = createViewFeatures(view, encoderSet)(embeddings);
  const { mean, scale } = fitStandardisation(raw);
  const x = applyStandardisation(raw, { mean, scale });
  const features = raw.columns;
  const gram = computeGram(x, raw.rows, features);
  const { centre, templates, subspace, norms } = fitWhitenedSpace(x, gram, labels, features);
  return {
    layer: {
      view,
      origin: mean.map((value, j) => value + scale[j]! * centre[j]!),
      ...{ scale, templates: Float32Array.from(templates), norms: Float32Array.from(norms) },
      subspace: Float32Array.from(subspace),
    },
    ...{ gram, features, unit: norms.reduce((sum, norm) => sum + norm, 0) / norms.length },
  };
}

/** Blocks that are left out together; merged when there are too many, those of one class with those of others. */
function joinBlocks({ blocks }: LeaveOut, labels: readonly number[]): number[][] {
  const joined: number[][] = Array.from({ length: Math.min(blocks.length, maximumFolds) }, () => []);
  const byClass = [...blocks].sort((a, b) => labels[a[0]!]! - labels[b[0]!]!);
  for (const [i, block] of byClass.entries()) joined[i % joined.length]!.push(...block);
  return joined;
}

/** What the counted rows of a block look like to a fit without the block. */
function holdOut(
  block: readonly number[],
  counted: ReadonlySet<number>,
  labels: readonly number[],
  layers: readonly FittedLayer[],
  encoderSet: EncoderSetInfo,
): Impression[] {
  const out = new Set(block);
  const kept = [...labels.keys()].filter((row) => !out.has(row));
  const left = new Set(kept.map((row) => labels[row]!));
  const asked = block.filter((row) => counted.has(row) && left.has(labels[row]!));
  if (asked.length === 0 || left.size < 2) return [];
  const fits = layers.map(
    ({ gram, features }): WhitenedClasses => whitenClasses(gram, labels, kept, features),
  );
  return asked.map((row) =>
    formImpression(
      layers.map(({ layer, features, unit }, i) => ({
        ...fits[i]!.compare(row),
        ...{ weight: layer.view.weight, norms: fits[i]!.norms, unit, features },
        tellsNearness: tellsNearness(layer.view, encoderSet),
      })),
    ),
  );
}

/** A deviation of 0 would make everything strange or nothing: then the unit stays as it is. */
function describeUsual(values: readonly number[]): Usual {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
