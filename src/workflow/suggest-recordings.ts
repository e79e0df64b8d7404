/**
 * Suggests unlabelled recordings that would improve a golem most when labelled, with the reasons in words.
 *
 * Not its concern: the mathematics of the choice.
 */

import {
  type ChosenRow,
  chooseDiverse,
  computeMargins,
  findCandidates,
} from "../classifier/choosing/diverse-batch.ts";
import type { Classifier } from "../classifier/classifier.ts";
import type { EncoderSetInfo } from "../classifier/view.ts";
import { createViewFeatures } from "../classifier/view.ts";
import { defaultAmounts, defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import { formatPercent } from "../core/format.ts";
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import { findDuplicates } from "../dataset/duplicates.ts";
import { createHashCheck } from "../embed/audio-hashes.ts";
import { type EmbeddedRecording, type Embedding, expectsSilence } from "../embed/embedded-recording.ts";
import type { GolemModel, Prediction } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import type { EmbeddingEnvironment, WorkflowOptions } from "./environment.ts";
import type { GolemWithEncoders } from "./evaluate.ts";

/** A recording worth labelling. */
export interface Suggestion {
  /** The most probable class. */
  readonly label: string;
  readonly confidence: number;
  /** The second most probable class. */
  readonly runnerUp: { readonly label: string; readonly confidence: number };
  /** Whether the golem would flag it as unknown. */
  readonly unknown: boolean;
  /** Number of similar uncertain recordings, including this one, the nearest to their mean. */
  readonly alike: number;
  /** Why it is suggested. */
  readonly reason: string;
}

/**
 * Chooses at most `count` of the recordings, the least certain first; rows are indices in `embeddings`. The
 * same seed gives the same choice.
 */
export function chooseToLabel(
  classifier: Classifier,
  encoderSet: EncoderSetInfo,
  embeddings: readonly Embedding[],
  options: { readonly count: number; readonly seed: number },
): ChosenRow[] {
  const { seed } = options;
  const count = Math.min(options.count, embeddings.length);
  const margins = computeMargins(classifier.computeProbabilities(embeddings));
  const candidates = findCandidates(margins, count);
  const place = () =>
    computeViewSpace(
      classifier,
      encoderSet,
      candidates.map((row) => embeddings[row]!),
    );
  return chooseDiverse(candidates, place, margins, { count, seed });
}

/** Chooses recordings with a golem, and adds its prediction for each. */
function suggestRecordings(
  { classifier, document, predictEmbedded }: Pick<GolemModel, "classifier" | "document" | "predictEmbedded">,
  embeddings: readonly Embedding[],
  options: { readonly count: number; readonly seed: number },
): (Suggestion & { readonly row: number })[] {
  return chooseToLabel(classifier, document, embeddings, options).map(({ row, alike }) => ({
    row,
    ...describe(predictEmbedded([embeddings[row]!])[0]!, alike),
  }));
}

function describe({ label, confidence, scores, unknown }: Prediction, alike: number): Suggestion {
  const [second, share] = Object.entries(scores)
    .filter(([name]) => name !== label)
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  const percent = (value: number): string => formatPercent(value, 0);
  const words = [
    confidence < 2 * share
      ? `undecided between ${label} (${percent(confidence)}) and ${second} (${percent(share)})`
      : `predicted as ${label} (${percent(confidence)})`,
    ...(unknown ? ["may be none of the classes"] : []),
    ...(alike > 1 ? [`represents ${alike} similar uncertain recordings`] : []),
  ];
  return {
    label,
    confidence,
    runnerUp: { label: second, confidence: share },
    unknown,
    alike,
    reason: words.join("; "),
  };
}

/** Options of {@link suggest}; all have defaults. */
export interface SuggestChoices extends WorkflowOptions {
  /** Maximum number of recordings to suggest; default 10. */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** The recordings to label next, and those that were excluded. */
export interface Suggestions {
  /** Number of usable recordings in the pool. */
  readonly pool: number;
  /** In the recommended order of labelling; `file` is the recording's name in the pool. */
  readonly suggestions: readonly (Suggestion & { readonly file: string })[];
  /** Files of the pool that the golem was trained on. */
  readonly labelled: readonly string[];
  /** Files of the pool with the same audio as an earlier one. */
  readonly duplicates: readonly string[];
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Chooses which recordings of a pool to label next; their labels are ignored. Embeddings are stored, so that
 * training on the chosen recordings does not run the encoders again. Rejects with `invalid-option`, and with
 * `no-recordings` if there is nothing to choose from.
 */
export async function suggest(
  { embed }: Pick<EmbeddingEnvironment, "embed">,
  { model, encoderSet }: GolemWithEncoders,
  pool: { readonly recordings: readonly Recording[]; readonly skipped: readonly SkippedRecording[] },
  options: SuggestChoices,
): Promise<Suggestions> {
  const { count = defaultAmounts.suggestions, seed = defaultRecipe.seed, onWarning, ...work } = options;
  const { document, training } = model;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new GolemError("invalid-option", `count is ${count}; expected a whole number from 1.`);
  }
  // A golem with a class of silence may learn from more silence, so silent recordings are not left out.
  const label = document.labels.find((name) => expectsSilence([name])) ?? "";
  const rows = pool.recordings.map((recording) => ({ ...recording, label }));
  const { embedded, ...rest } = await embed(rows, encoderSet, {
    ...{ ...work, onWarning, audio: getAudioOf(document) },
  });
  for (const warning of rest.warnings) onWarning?.(warning);
  const known = new Set(training.recordings.flatMap(({ fileHash, audioHash }) => [fileHash, audioHash]));
  const isUnlisted = createHashCheck(training.unlisted?.audioHashes);
  const isKnown = ({ fileHash, facts }: EmbeddedRecording) =>
    known.has(fileHash) || known.has(facts.audioHash) || isUnlisted(facts.audioHash);
  const labelled = embedded.filter(isKnown).map(({ file }) => file);
  const others = embedded.filter((row) => !isKnown(row));
  const repeats = findDuplicates(others.map((row) => ({ ...row, audioHash: row.facts.audioHash })));
  const duplicates = repeats.duplicates.map(({ file }) => file);
  const repeated = new Set(duplicates);
  const candidates = others.filter(({ file }) => !repeated.has(file));
  const skipped = [...pool.skipped, ...rest.skipped];
  if (candidates.length === 0) throw createNothingError(embedded.length, labelled.length, skipped);
  const suggestions = suggestRecordings(model, candidates, { count, seed });
  return {
    pool: candidates.length,
    suggestions: suggestions.map(({ row, ...suggestion }) => ({
      file: candidates[row]!.file,
      ...suggestion,
    })),
    ...{ labelled, duplicates, skipped },
  };
}

function createNothingError(
  usable: number,
  labelled: number,
  skipped: readonly SkippedRecording[],
): GolemError {
  const found =
    usable === 0
      ? `none of the ${skipped.length} recordings can be used`
      : `the golem was trained on all ${labelled} usable recordings`;
  return new GolemError("no-recordings", `Nothing is left to suggest: ${found}; expected new ones.`, {
    hint: skipped[0] ? `The first reason: ${skipped[0].message}` : "Name a pool of other recordings.",
  });
}

/**
 * Computes the features of recordings [recordings, features of all views of the classifier]. Features of
 * layers are standardised over the given recordings, those of transcripts are centred, and each view is
 * scaled by its weight, so squared distances are weighted means over views.
 */
export function computeViewSpace(
  { fitted, vocabulary }: Pick<Classifier, "fitted" | "vocabulary">,
  encoderSet: EncoderSetInfo,
  embeddings: readonly Embedding[],
): Matrix {
  const parts = fitted.map(({ view }) => {
    const features = createViewFeatures(view, encoderSet, vocabulary)(embeddings);
    return scaleView(features, view.weight, view.layer !== "transcript");
  });
  const space = createMatrix(
    embeddings.length,
    parts.reduce((sum, { columns }) => sum + columns, 0),
  );
  for (let row = 0; row < embeddings.length; row++) {
    let start = row * space.columns;
    for (const part of parts) {
      space.data.set(getRow(part, row), start);
      start += part.columns;
    }
  }
  return space;
}

/** Centres columns in place, scales them to variance 1 if `standardise`, rows to `weight` in mean square. */
function scaleView(features: Matrix, weight: number, standardise: boolean): Matrix {
  const { rows, columns, data } = features;
  let total = 0;
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let i = column; i < data.length; i += columns) sum += data[i]!;
    const mean = sum / rows;
    let variance = 0;
    for (let i = column; i < data.length; i += columns) variance += (data[i]! - mean) ** 2 / rows;
    // The rounding noise of a constant column in float32 is not scaled up.
    const isConstant = Math.sqrt(variance) <= 1e-6 * Math.abs(mean);
    const scale = isConstant ? 0 : standardise ? 1 / Math.sqrt(variance) : 1;
    for (let i = column; i < data.length; i += columns) data[i] = scale === 0 ? 0 : (data[i]! - mean) * scale;
    total += variance * scale ** 2;
  }
  const factor = total > 0 ? Math.sqrt(weight / total) : 0;
  for (let i = 0; i < data.length; i++) data[i]! *= factor;
  return features;
}
