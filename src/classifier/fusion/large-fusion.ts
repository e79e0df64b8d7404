/**
 * Fits the fusion for hundreds of recordings and more: like fit-fusion.ts, with one fit per view for all
 * folds.
 *
 * Not its concern: division into folds, files.
 *
 * Penalties are chosen once, on recordings left out. Calibration and weights are chosen anew for every fold,
 * on the recordings outside it, from outputs of heads that were fitted without them (Wolpert 1992, stacking).
 * Unlike in nested folds, such a head may have been fitted to recordings of the fold; with hundreds of
 * recordings this changes the score by less than .005 (runs/results/nested-folds.md).
 */
import { createRandom, shuffle } from "../../core/random.ts";
import type { Head } from "../../head/head.ts";
import {
  type Division,
  fitDenseRidge,
  fitStreamedRidge,
  type LargeProblem,
  type LargeRidge,
  type MoreRidgeRows,
  maximumDense,
} from "../../head/large-ridge.ts";
import { planLeaveOut } from "../../head/ridge-loo.ts";
import { pickRows } from "../../head/ridge-solver.ts";
import { fitSparseRidge } from "../../head/sparse-ridge.ts";
import { fitTemperature } from "../../head/temperature.ts";
import type { Matrix } from "../../math/matrix.ts";
import { createNumberStore } from "../../math/number-store.ts";
import { createSparseTextFeatures, fitVocabulary, type Vocabulary } from "../features/text-features.ts";
import type { LabelledRows } from "../labelled-rows.ts";
import type { MoreRows } from "../more-rows.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  getSpokenTexts,
  getViewSize,
  type Pooling,
  type VectorView,
  type View,
} from "../view.ts";
import { computeLogProbabilities, poolViews } from "./fusion.ts";
import { type FusionFit, listFusedViews, weighViews } from "./weigh-views.ts";

/** Maximum number of recordings for choosing calibration and weights; classes keep their shares. */
const maximumChosen = 2000;
/** Number of folds if none are given, for outputs of recordings left out. */
const ownFolds = 10;

/** The fusion of all recordings, and its predictions for recordings left out in folds. */
export interface LargeFusion {
  readonly fusion: FusionFit;
  /** Probabilities [rows of the block, classes], by heads fitted without the block. */
  predictBlock(division: number, block: number): Matrix;
}

/** Runs a generator to its end. */
export function runToEnd<T>(steps: Generator<number, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * Fits the fusion. `divisions` are the repeats of cross-validation, each a list of blocks of rows that are
 * left out together. Heads are also fitted to the vectors of `more` rows, except in folds that leave out
 * their group; the transcripts of `more` are not used. Yields the completed share of the work.
 */
export function* fitLargeFusion(
  rows: LabelledRows,
  encoderSet: EncoderSetInfo,
  { pooling, seed }: { readonly pooling: Pooling; readonly seed: number },
  divisions: readonly Division[],
  more?: MoreRows,
): Generator<number, LargeFusion> {
  const { embeddings, classes, groups } = rows;
  const labels = Int32Array.from(rows.labels);
  const leaveOut = planLeaveOut(labels, groups);
  const isDense = labels.length <= maximumDense && !more;
  const folds = isDense || divisions.length > 0 ? divisions : [joinBlocks(leaveOut.blocks, labels)];
  const tested = new Set(isDense ? labels.keys() : folds[0]!.flat());
  const counted = leaveOut.counted.filter((row) => tested.has(row));
  const chosenOn = sampleRows(counted, labels, seed);
  const problem: LargeProblem = { labels, classes, leaveOut, divisions: folds, chosenOn };
  const vocabulary = encoderSet.transcriber && fitVocabulary(getSpokenTexts(embeddings, encoderSet));
  const views = listFusedViews(encoderSet, pooling, vocabulary);
  const ridges: LargeRidge[] = [];
  for (const [i, view] of views.entries()) {
    const steps = fitView(view, rows, encoderSet, vocabulary, problem, more);
    let step = steps.next();
    for (; !step.done; step = steps.next()) yield (i + step.value) / views.length;
    ridges.push(step.value);
    yield (i + 1) / views.length;
  }
  const { isMeasured } = leaveOut;
  /** Calibrates and weights the views on some rows. */
  const weigh = (on: readonly number[]) => {
    const own = Int32Array.from(on, (row) => labels[row]!);
    const outputs = ridges.map(({ loo }) => pickRows(loo.outputs, on, classes));
    const scales = outputs.map(
      (values, i) => fitTemperature(values, own, classes, ridges[i]!.loo.factor).factor,
    );
    const heldOut = outputs.map((values, i) => computeLogProbabilities(scale(values, scales[i]!), classes));
    return { scales, ...weighViews(views, heldOut, { counted: [...on.keys()], isMeasured }, own, classes) };
  };
  const all = chosenOn.length > 1 ? weigh(chosenOn) : undefined;
  const factors = all?.factors ?? new Float64Array(views.length).fill(1 / views.length);
  const shares = all?.shares ?? views.map(() => 1 / views.length);
  const fitted = views.flatMap((view, i): { view: View; head: Head; factor: number }[] =>
    shares[i]! > 0
      ? [
          {
            ...{ view: { ...view, weight: shares[i]! }, head: ridges[i]!.head },
            factor: Math.fround(factors[i]!),
          },
        ]
      : [],
  );
  const heldOut = poolViews(
    ridges.map(({ loo }) => computeLogProbabilities(scale(loo.outputs, loo.factor), classes)),
    factors,
    classes,
  );
  const usesTranscript = fitted.some(({ view }) => view.layer === "transcript");
  return {
    fusion: { fitted, heldOut, variedShare: 0, ...(usesTranscript && vocabulary ? { vocabulary } : {}) },
    predictBlock(division, block) {
      const out = folds[division]![block]!;
      const left = new Set(out);
      const fold = weigh(chosenOn.filter((row) => !left.has(row)));
      const places = [...views.keys()].filter((i) => fold.shares[i]! > 0);
      return poolViews(
        places.map((i) => {
          const outputs = pickRows(ridges[i]!.leftOut[division]!, out, classes);
          return computeLogProbabilities(scale(outputs, fold.scales[i]!), classes);
        }),
        places.map((i) => Math.fround(fold.factors[i]!)),
        classes,
      );
    },
  };
}

const scale = (values: Float64Array, factor: number): Float64Array => values.map((value) => factor * value);

function* fitView(
  view: View,
  { embeddings, groups }: LabelledRows,
  encoderSet: EncoderSetInfo,
  vocabulary: Vocabulary | undefined,
  problem: LargeProblem,
  more: MoreRows | undefined,
): Generator<number, LargeRidge> {
  if (view.layer === "transcript") {
    const features = createSparseTextFeatures(vocabulary!)(getSpokenTexts(embeddings, encoderSet));
    return yield* fitSparseRidge(features, problem);
  }
  const computeFeatures = createViewFeatures(view, encoderSet);
  if (embeddings.length <= maximumDense && !more) return fitDenseRidge(computeFeatures(embeddings), problem);
  const columns = getViewSize(view, encoderSet)!;
  const piece = createNumberStore();
  return yield* fitStreamedRidge(
    {
      ...{ rows: embeddings.length, columns },
      read(rows) {
        piece.release();
        return computeFeatures(
          rows.map((row) => embeddings[row]!),
          piece,
        );
      },
      readMore: more && (() => readBlocks(more, view, columns, groups, problem.divisions)),
    },
    problem,
  );
}

/** Reads more rows, each with the block of each division that has its group. */
function* readBlocks(
  more: MoreRows,
  view: VectorView,
  columns: number,
  groups: LabelledRows["groups"],
  divisions: readonly Division[],
): Generator<MoreRidgeRows> {
  const blockOf = divisions.map((blocks) => findGroupBlocks(more.groups, groups, blocks));
  for (const { groups: places, ...piece } of more.read(view, columns)) {
    const blocks = blockOf.map((own) => Int32Array.from(places, (place) => own[place] ?? -1));
    yield { ...piece, blocks };
  }
}

/** Finds the block of each group `names`; -1 in divisions that separate the rows of a group. */
function findGroupBlocks(
  names: readonly string[],
  groups: LabelledRows["groups"],
  blocks: Division,
): readonly number[] {
  const found = new Map<string, number>();
  for (const [f, block] of blocks.entries()) {
    for (const row of block) {
      const group = groups[row];
      if (group === undefined) continue;
      if ((found.get(group) ?? f) !== f) return [];
      found.set(group, f);
    }
  }
  return names.map((name) => found.get(name) ?? -1);
}

/** Selects evenly spaced rows of each class after a shuffle; ascending. */
function sampleRows(counted: readonly number[], labels: Int32Array, seed: number): readonly number[] {
  if (counted.length <= maximumChosen) return counted;
  const byClass = shuffle(counted, createRandom(seed)).sort((a, b) => labels[a]! - labels[b]!);
  return Array.from(
    { length: maximumChosen },
    (_, i) => byClass[Math.floor((i * byClass.length) / maximumChosen)]!,
  ).sort((a, b) => a - b);
}

/** Merges blocks that are left out together into a few folds, each with blocks of all classes. */
function joinBlocks(blocks: Division, labels: Int32Array): number[][] {
  const joined: number[][] = Array.from({ length: Math.min(blocks.length, ownFolds) }, () => []);
  const byClass = [...blocks].sort((a, b) => labels[a[0]!]! - labels[b[0]!]!);
  for (const [i, block] of byClass.entries()) joined[i % joined.length]!.push(...block);
  return joined;
}
