/**
 * Compares two golems on the same recordings: the held-out predictions stored by both trainings, or a data
 * set that neither was trained on.
 *
 * Not its concern: the statistics (evaluate/paired-difference.ts), files.
 */
import { GolemError } from "../core/error.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { createHashCheck } from "../embed/audio-hashes.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { getGroup } from "../embed/sources.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import {
  computeLossDifference,
  computePairedDifference,
  computeWeights,
  type PairedDifference,
} from "../evaluate/paired-difference.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import type { TrainingDocument } from "../golem/training-document.ts";
import { createMatrix } from "../math/matrix.ts";
import type { EmbeddingEnvironment, WorkflowOptions } from "./environment.ts";
import { evaluate, type GolemWithEncoders } from "./evaluate.ts";

/** A recording that one golem classifies correctly and the other does not. */
interface ChangedAnswer {
  readonly file: string;
  readonly label: string;
  /** The predictions of the two golems. */
  readonly a: string;
  readonly b: string;
}

/** The comparison; differences are b minus a. */
export interface GolemDifference extends PairedDifference {
  /** Number of compared recordings. */
  readonly recordings: number;
  /** How predictions were held out: stored from both trainings, or on a data set. */
  readonly protocol: "cross-validation" | "held-out";
  readonly a: Evaluation;
  readonly b: Evaluation;
  /** The balanced accuracies that are compared: means over repeats, as the difference is. */
  readonly scores: { readonly a: number; readonly b: number };
  /**
   * Brier scores, means over classes from 0 to 2: positive differences mean worse probabilities. They show
   * changes that affect too few predicted labels.
   */
  readonly brier: PairedDifference & { readonly a: number; readonly b: number };
  readonly perClass: Readonly<
    Record<string, { readonly a: number; readonly b: number; readonly recordings: number }>
  >;
  readonly changed: readonly ChangedAnswer[];
  /** Labels that only one golem has; their recordings are not compared. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

/** The prediction of one golem for one recording. */
interface HeldOut {
  readonly file: string;
  readonly label: string;
  readonly group: string | undefined;
  /** For each label of the golem. */
  readonly probabilities: readonly number[];
  /** Share of the repeats in which the prediction was correct. */
  readonly correctness: number;
}

/** Compares the held-out predictions stored in the golems' records of training. */
export function compareByTraining(a: GolemModel, b: GolemModel): GolemDifference {
  const difference = compare(a, b, listHeldOut(a), listHeldOut(b), "cross-validation");
  if (difference) return difference;
  throw new GolemError(
    "no-recordings",
    "The two golems share no recording that was held out of both trainings; expected at least one.",
    { hint: "Name recordings to compare them on: golem diff A B DATA" },
  );
}

/** Compares on a data set without the recordings of either training. Rejects as `evaluate`. */
export async function compareByData(
  environment: Pick<EmbeddingEnvironment, "openDataset" | "embed">,
  a: GolemWithEncoders,
  b: GolemWithEncoders,
  data: string | Dataset,
  options: WorkflowOptions & { readonly limit?: number | undefined },
): Promise<GolemDifference> {
  const first = await evaluate(environment, a, data, options);
  const second = await evaluate(environment, b, data, { ...options, onWarning: undefined });
  const difference = compare(
    a.model,
    b.model,
    predictHeldOut(a.model, first.embedded),
    predictHeldOut(b.model, second.embedded),
    "held-out",
  );
  if (difference) return difference;
  throw new GolemError(
    "no-recordings",
    "No recording is left to compare on: each was used for training, or its label is not a class of both golems.",
    { hint: "Name recordings that neither was trained on." },
  );
}

/** By hash of the file: the recordings that were held out, and their predictions. */
function listHeldOut({ document, training }: GolemModel): Map<string, HeldOut> {
  const found = new Map<string, HeldOut>();
  const add = ({
    file,
    fileHash,
    label,
    speaker,
    outOfFold,
    votes = [],
  }: TrainingDocument["recordings"][number]) => {
    if (!outOfFold) return;
    const own = document.labels.indexOf(label);
    const total = votes.reduce((sum, [, times]) => sum + times, 0);
    const right = votes.find(([answer]) => answer === own)?.[1] ?? 0;
    const correctness = total > 0 ? right / total : Number(findLargest(outOfFold) === own);
    found.set(fileHash, { file, label, group: speaker, probabilities: outOfFold, correctness });
  };
  for (const recording of training.recordings) add(recording);
  for (const recording of training.test ?? []) add(recording);
  return found;
}

function predictHeldOut(model: GolemModel, recordings: readonly EmbeddedRecording[]): Map<string, HeldOut> {
  const { classifier, document, training } = model;
  const trained = new Set(training.recordings.flatMap(({ fileHash, audioHash }) => [fileHash, audioHash]));
  const isUnlisted = createHashCheck(training.unlisted?.audioHashes);
  const heldOut = recordings.filter(
    ({ fileHash, facts }) =>
      !trained.has(fileHash) && !trained.has(facts.audioHash) && !isUnlisted(facts.audioHash),
  );
  const { data, columns } = classifier.computeProbabilities(heldOut);
  return new Map(
    heldOut.map((recording, row) => {
      const { file, label, fileHash } = recording;
      const probabilities = Array.from(data.subarray(row * columns, (row + 1) * columns));
      const correctness = Number(document.labels[findLargest(probabilities)] === label);
      return [fileHash, { file, label, group: getGroup(recording), probabilities, correctness }];
    }),
  );
}

/** Compares on the recordings that both predicted; undefined if there are none. */
function compare(
  { document: { labels: labelsA, trainAccuracy: trainA } }: GolemModel,
  { document: { labels: labelsB, trainAccuracy: trainB } }: GolemModel,
  a: ReadonlyMap<string, HeldOut>,
  b: ReadonlyMap<string, HeldOut>,
  protocol: GolemDifference["protocol"],
): GolemDifference | undefined {
  const pairs = [...a].flatMap(([hash, one]) => {
    const other = b.get(hash);
    const isKnown = labelsA.includes(one.label) && labelsB.includes(one.label);
    return other && other.label === one.label && isKnown ? [[one, other] as const] : [];
  });
  if (pairs.length === 0) return undefined;
  const truth = pairs.map(([{ label }]) => label);
  const groups = pairs.map(([{ group }]) => group);
  const score = (side: 0 | 1, labels: readonly string[], trainAccuracy: number): Evaluation => {
    const matrix = createMatrix(pairs.length, labels.length);
    for (const [row, pair] of pairs.entries()) matrix.data.set(pair[side].probabilities, row * labels.length);
    return computeEvaluation({
      ...{ protocol, labels, groups, trainAccuracy, probabilities: [matrix] },
      truth: truth.map((label) => labels.indexOf(label)),
      trainLabels: truth.map((label) => labels.indexOf(label)),
    });
  };
  const perClass: Record<string, { a: number; b: number; recordings: number }> = {};
  for (const label of new Set(truth)) {
    const own = pairs.filter(([one]) => one.label === label);
    const mean = (side: 0 | 1) => own.reduce((sum, pair) => sum + pair[side].correctness, 0) / own.length;
    perClass[label] = { a: mean(0), b: mean(1), recordings: own.length };
  }
  const classes = Object.values(perClass);
  const average = (side: "a" | "b") => classes.reduce((sum, own) => sum + own[side], 0) / classes.length;
  const changed = pairs.flatMap(([one, other]): ChangedAnswer[] => {
    const answers = {
      a: labelsA[findLargest(one.probabilities)]!,
      b: labelsB[findLargest(other.probabilities)]!,
    };
    const isChanged = (answers.a === one.label) !== (answers.b === one.label);
    return isChanged ? [{ file: one.file, label: one.label, ...answers }] : [];
  });
  return {
    recordings: pairs.length,
    protocol,
    a: score(0, labelsA, trainA),
    b: score(1, labelsB, trainB),
    ...computePairedDifference({
      truth,
      a: pairs.map(([one]) => one.correctness),
      b: pairs.map(([, other]) => other.correctness),
      groups,
    }),
    scores: { a: average("a"), b: average("b") },
    brier: compareBrier(
      truth,
      pairs.map(([one]) => computeBrier(one, labelsA)),
      pairs.map(([, other]) => computeBrier(other, labelsB)),
      groups,
    ),
    perClass,
    changed,
    onlyA: labelsA.filter((label) => !labelsB.includes(label)),
    onlyB: labelsB.filter((label) => !labelsA.includes(label)),
  };
}

/** The sum of squared errors of the probabilities of one recording. */
function computeBrier({ label, probabilities }: HeldOut, labels: readonly string[]): number {
  const own = labels.indexOf(label);
  return probabilities.reduce((sum, value, c) => sum + (value - Number(c === own)) ** 2, 0);
}

function compareBrier(
  truth: readonly string[],
  a: readonly number[],
  b: readonly number[],
  groups: readonly (string | undefined)[],
): GolemDifference["brier"] {
  const weights = computeWeights(truth);
  const average = (losses: readonly number[]) =>
    losses.reduce((sum, loss, row) => sum + weights[row]! * loss, 0);
  return { a: average(a), b: average(b), ...computeLossDifference({ truth, a, b, groups }, 2) };
}

function findLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
