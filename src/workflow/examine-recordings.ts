/**
 * Examines a data set: computes the input of the doctor's checks (similarity of recordings, a second opinion
 * on labels) and runs them.
 *
 * Not its concern: the checks themselves (doctor/).
 */

import type { AudioSettings } from "../audio/audio.ts";
import { createClassifier } from "../classifier/classifier.ts";
import { createLikeness, sketchEmbeddings } from "../classifier/features/sketch.ts";
import { fitFusion } from "../classifier/fusion/fit-fusion.ts";
import { type LabelledRows, pickLabelledRows } from "../classifier/labelled-rows.ts";
import type { EncoderSetInfo } from "../classifier/view.ts";
import { defaultRecipe } from "../core/default-recipe.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { limitRecordings } from "../dataset/selection.ts";
import { diagnose } from "../doctor/diagnose.ts";
import type { Examination, Opinion } from "../doctor/examination.ts";
import type { Finding } from "../doctor/finding.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { findSources } from "../embed/sources.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { getEncoderSetInfo } from "./encoder-set-info.ts";
import type { EmbeddingEnvironment, EncoderChoice, WorkflowOptions } from "./environment.ts";

/**
 * Maximum number of recordings that are also examined by training, which takes well under a second; larger
 * data sets are examined only by the doctor.
 */
export const maximumExamined = 500;

/** Options of {@link examineDataset}; all have defaults. */
export interface ExamineOptions
  extends Pick<EncoderChoice, "encoder" | "precision" | "transcript">,
    WorkflowOptions {
  readonly audio?: Partial<Omit<AudioSettings, "sampleRate">> | undefined;
  /** Use only the first rows. */
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
}

/** The findings about a data set. */
export interface Diagnosis {
  /** Number of recordings that could be embedded. */
  readonly recordings: number;
  readonly classes: number;
  /** Most harmful first. */
  readonly findings: readonly Finding[];
  /** Recordings that could not be embedded; there are findings about them too. */
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Examines a data set. Rejects with the errors of opening a data set and of resolving encoders, and with
 * `aborted`; recordings that cannot be embedded are findings.
 */
export async function examineDataset(
  environment: EmbeddingEnvironment,
  data: string | Dataset,
  { limit, seed = defaultRecipe.seed, audio, ...options }: ExamineOptions,
): Promise<Diagnosis> {
  const { encoder, precision, transcript } = options;
  // Faults of the list of recordings are warnings; faults of recordings are findings.
  const dataset = await environment.openDataset(data, options, limit);
  const choice = { encoder, precision, transcript };
  const encoderSet = await environment.resolveEncoderSet(choice, options);
  const rows = limit === undefined ? dataset.recordings : limitRecordings(dataset.recordings, limit);
  const { embedded, ...rest } = await environment.embed(rows, encoderSet, {
    ...options,
    audio,
  });
  const skipped = [...dataset.skipped, ...rest.skipped];
  const findings = examineRecordings(embedded, skipped, getEncoderSetInfo(encoderSet), seed);
  const classes = new Set(embedded.map(({ label }) => label)).size;
  return { recordings: embedded.length, classes, findings, skipped };
}

/** Finds the faults of recordings, most harmful first. */
export function examineRecordings(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Finding[] {
  return diagnose(createExamination(findSources(recordings), skipped, encoderSet, seed));
}

/** Dimensions per layer for similarity, and a second opinion on many recordings; half are means. */
const likenessDimensions = 8;
const sketchDimensions = 64;
/** Maximum number of recordings for which the second opinion uses embeddings in full length. */
const wholeUpTo = 200;
/** Maximum number of recordings for which layers are separate views and there is a second pass. */
const separateUpTo = 500;

function createExamination(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Examination {
  if (recordings.length === 0) return { recordings, skipped, seed };
  const sounds = { encoders: encoderSet.encoders };
  const likeness = createLikeness(
    sketchEmbeddings(recordings, sounds, { dimensions: likenessDimensions, seed }),
  );
  return { recordings, skipped, likeness, seed, opinion: formOpinion(recordings, encoderSet, seed) };
}

function formOpinion(
  recordings: readonly EmbeddedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Opinion | undefined {
  const counts = new Map<string, number>();
  for (const { label } of recordings) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].filter((label) => counts.get(label)! > 1).sort();
  if (labels.length < 2) return undefined;
  const rows = [...recordings.keys()].filter((row) => labels.includes(recordings[row]!.label));
  const embeddings = rows.map((row) => recordings[row]!);
  const problem = { labels: embeddings.map(({ label }) => labels.indexOf(label)), classes: labels.length };
  const isLarge = rows.length > separateUpTo;
  const input =
    rows.length > wholeUpTo
      ? sketchEmbeddings(embeddings, encoderSet, {
          dimensions: isLarge ? sketchDimensions / 2 : sketchDimensions,
          joinLayers: isLarge,
          seed,
        })
      : { embeddings, encoderSet };
  const options = { seed, isSinglePass: isLarge };
  return {
    labels,
    rows,
    ...computeSecondOpinion({ ...problem, embeddings: input.embeddings }, input.encoderSet, options),
  };
}

/** Predictions for recordings by classifiers that were not fitted on them. */
interface SecondOpinion {
  /** [rows, classes]. */
  readonly probabilities: Matrix;
  /** Whether each row was used for fitting in the second pass. */
  readonly trusted: readonly boolean[];
  /** [rows, classes], of the first pass. */
  readonly firstProbabilities: Matrix;
}

/** Number of recordings of each class that are never set aside. */
const minimumTrusted = 2;

/**
 * Classifies labelled recordings, some of which may be mislabelled, in two passes. In the first pass each is
 * classified by heads fitted without it (leave-one-out). Recordings whose predicted class is not their label
 * are then set aside, and heads fitted on the others classify all recordings, so that wrong labels do not
 * confirm each other. Recordings of one speaker are not left out together, since another recording of the
 * same voice is the best evidence.
 *
 * With `isSinglePass` there is only the first pass, which suffices for many recordings, where a few wrong
 * labels have little effect. Every class needs at least two recordings.
 */
export function computeSecondOpinion(
  rows: Omit<LabelledRows, "groups">,
  encoderSet: EncoderSetInfo,
  { seed, isSinglePass = false }: { readonly seed: number; readonly isSinglePass?: boolean },
): SecondOpinion {
  const { embeddings, labels, classes } = rows;
  const all: LabelledRows = { embeddings, labels, classes, groups: labels.map(() => undefined) };
  const options = { pooling: defaultRecipe.pooling, seed };
  const first = fitFusion(all, encoderSet, options).heldOut;
  const trusted = chooseTrusted(first, labels, classes);
  const kept = [...labels.keys()].filter((row) => trusted[row]);
  if (isSinglePass || kept.length === labels.length) {
    return { probabilities: first, trusted, firstProbabilities: first };
  }
  const { fitted, vocabulary, heldOut } = fitFusion(pickLabelledRows(all, kept), encoderSet, options);
  const aside = [...labels.keys()].filter((row) => !trusted[row]);
  const classifier = createClassifier(fitted, encoderSet, vocabulary);
  const judged = classifier.computeProbabilities(aside.map((row) => embeddings[row]!));
  const probabilities = createMatrix(labels.length, classes);
  for (const [i, row] of kept.entries()) getRow(probabilities, row).set(getRow(heldOut, i));
  for (const [i, row] of aside.entries()) getRow(probabilities, row).set(getRow(judged, i));
  return { probabilities, trusted, firstProbabilities: first };
}

/** Selects the rows predicted as their label, and at least two of each class, the most probable. */
function chooseTrusted(probabilities: Matrix, labels: readonly number[], classes: number): boolean[] {
  const predicted = getPredictions(probabilities);
  const trusted = labels.map((label, row) => predicted[row] === label);
  const chance = (row: number): number => getRow(probabilities, row)[labels[row]!]!;
  for (let k = 0; k < classes; k++) {
    const members = [...labels.keys()].filter((row) => labels[row] === k);
    members.sort((a, b) => Number(trusted[b]) - Number(trusted[a]) || chance(b) - chance(a));
    for (const row of members.slice(0, minimumTrusted)) trusted[row] = true;
  }
  return trusted;
}
