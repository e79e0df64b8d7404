/**
 * Computes the evaluation of a classifier: scores, interval, baselines, confusion.
 *
 * Not its concern: audio, encoders, heads, the form of the document (evaluation.ts).
 *
 * With several predictions per recording (repeated cross-validation) `confusion` contains the mean counts
 * over the repeats. Every score is computed from that one matrix: its rows sum to the support, its accuracy,
 * recalls and balanced accuracy are the means of those of the repeats. Probabilities are never averaged over
 * repeats before scoring: that would measure an ensemble of ten models, which is better than the one that is
 * saved.
 */
import { GolemError } from "../core/error.ts";
import type { Matrix } from "../math/matrix.ts";
import { computeCalibration } from "./calibration.ts";
import type { ConfusedPair, Evaluation, SkippedFile, Unmeasured } from "./evaluation.ts";
import type { UngroupedCode } from "./folds.ts";
import { computeHeadline } from "./headline.ts";
import { computeConfusion, computeMajority, computeScores, getPredictions } from "./metrics.ts";

/** Input of {@link computeEvaluation}, without recordings whose labels are not classes of the classifier. */
export interface EvaluationInput {
  readonly protocol: "held-out" | "cross-validation";
  /** Names of the classes that the classifier can predict, in the order of its columns. */
  readonly labels: readonly string[];
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** One matrix `[recordings, classes]` per repeat; a single one for a held-out set. */
  readonly probabilities: readonly Matrix[];
  /** Speaker of each recording, undefined if unknown. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** Whether folds are by speaker; for a held-out set, derived from `groups` by default. */
  readonly grouping?: "speaker" | "none" | undefined;
  /** Why folds are not by speaker; for sources, how they were found. */
  readonly groupingReason?: string | undefined;
  /** What `groups` are; default "speaker". */
  readonly groupedBy?: "speaker" | "source" | undefined;
  /** Whether pieces of one source are both trained and tested on. */
  readonly sourcesMixed?: boolean | undefined;
  /** Folds per repeat, for cross-validation. */
  readonly k?: number | undefined;
  /**
   * Ratio of all recordings to those trained on, for cross-validation: the score and the upper limit of its
   * interval are those expected of a classifier trained on all of them (learning-gain.ts).
   */
  readonly growth?: number | undefined;
  /** Why folds are not by speaker, as a code. */
  readonly ungroupedCode?: UngroupedCode | undefined;
  /** Classes that are by one speaker (from one source) each. */
  readonly lonelyLabels?: readonly string[] | undefined;
  /** The property that predicts the labels as well as the classifier, so that the score may be due to it. */
  readonly shortcut?: Unmeasured | undefined;
  /** Accuracy of the final classifier on the recordings it was trained on. */
  readonly trainAccuracy: number;
  /** Total number of recordings, if the scored ones are a sample. */
  readonly sampledFrom?: number | undefined;
  /** Whether synthetic recordings were scored because there are too few real ones. */
  readonly isSynthetic?: boolean | undefined;
  /** Class numbers of the training recordings, for the majority line; `truth` for cross-validation. */
  readonly trainLabels?: readonly number[] | undefined;
  readonly unseenLabels?: Readonly<Record<string, number>> | undefined;
  /** Classes with one recording, which are trained but not scored. */
  readonly unscoredLabels?: readonly string[] | undefined;
  readonly overlap?: readonly string[] | undefined;
  readonly skipped?: readonly SkippedFile[] | undefined;
}

/**
 * Computes the document. The interval counts recordings (never recordings x repeats), by speaker when
 * grouping is "speaker". Errors: `no-recordings` when nothing is left to score, `invalid-shape` when the
 * arrays do not match.
 */
export function computeEvaluation(input: EvaluationInput): Evaluation {
  const { protocol, labels, truth, probabilities, groups } = input;
  checkInput(input);
  const repeats = probabilities.length;
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  const hits = new Array<number>(truth.length).fill(0);
  for (const matrix of probabilities) {
    const predicted = getPredictions(matrix);
    for (const [i, row] of computeConfusion(truth, predicted, labels.length).entries()) {
      for (const [j, count] of row.entries()) confusion[i]![j]! += count;
    }
    for (const [i, label] of predicted.entries()) if (label === truth[i]) hits[i]! += 1;
  }
  for (const row of confusion) for (const j of row.keys()) row[j]! /= repeats;
  const scores = computeScores(confusion);
  const { logLoss, ...calibration } = computeCalibration({ probabilities, truth });
  const grouping = input.grouping ?? deriveGrouping(groups);
  // Recordings of a held-out set are no more independent than its speakers, even if these were trained on.
  const bySpeaker =
    grouping === "speaker" || (protocol === "held-out" && deriveGrouping(groups) === "speaker");
  const speakers = bySpeaker ? groups : undefined;
  const { interval, measured, ...stated } = computeHeadline({
    truth,
    correctness: hits.map((count) => count / repeats),
    groups: speakers,
    crossValidation:
      input.growth === undefined ? undefined : { growth: input.growth, classes: labels.length },
  });
  const balancedAccuracy = input.growth === undefined ? scores.balancedAccuracy : stated.balancedAccuracy;
  const unmeasured = explainUnmeasured(input, grouping);
  return {
    protocol,
    recordings: truth.length,
    ...(input.sampledFrom === undefined ? {} : { sampledFrom: input.sampledFrom }),
    ...(input.isSynthetic ? { measuredOn: "synthetic" as const } : {}),
    classes: labels.length,
    accuracy: scores.accuracy,
    balancedAccuracy,
    ...(input.growth === undefined ? {} : { crossValidated: scores.balancedAccuracy }),
    interval,
    newSpeakers: unmeasured ? null : { balancedAccuracy, interval },
    ...(unmeasured ? { notMeasured: unmeasured } : {}),
    chance: 1 / labels.length,
    majority: computeMajority(input.trainLabels ?? truth, truth),
    macroF1: scores.macroF1,
    labels,
    perClass: Object.fromEntries(labels.map((label, c) => [label, scores.perClass[c]!])),
    confusion,
    trainAccuracy: input.trainAccuracy,
    grouping,
    unseenLabels: input.unseenLabels ?? {},
    ...(input.unscoredLabels?.length ? { unscoredLabels: input.unscoredLabels } : {}),
    overlap: input.overlap ?? [],
    skipped: input.skipped ?? [],
    ...(input.groupingReason !== undefined && (grouping === "none" || input.groupedBy === "source")
      ? { groupingReason: input.groupingReason }
      : {}),
    ...(input.groupedBy === "source" ? { groupedBy: "source" as const } : {}),
    ...(input.sourcesMixed ? { sourcesMixed: true as const } : {}),
    repeats,
    ...(input.k === undefined ? {} : { folds: input.k }),
    logLoss,
    calibration,
    ...(speakers ? { speakers: new Set(speakers.map((speaker, i) => speaker ?? i)).size } : {}),
    effectiveRecordings: measured.effectiveRecordings,
    mostConfused: findMostConfused(confusion, labels),
  };
}

/** Explains why the score does not hold for new speakers; undefined if it does. */
export function explainUnmeasured(
  input: Pick<
    EvaluationInput,
    "groups" | "groupedBy" | "groupingReason" | "sourcesMixed" | "ungroupedCode" | "shortcut" | "lonelyLabels"
  >,
  grouping: "speaker" | "none",
): Unmeasured | undefined {
  const {
    groups,
    groupedBy,
    groupingReason,
    sourcesMixed,
    ungroupedCode,
    shortcut,
    lonelyLabels = [],
  } = input;
  const labels = lonelyLabels.length > 0 ? { labels: lonelyLabels } : {};
  if (sourcesMixed) {
    const code = "sources-mixed";
    return { code, message: groupingReason ?? "pieces of one source were trained and tested on", ...labels };
  }
  if (shortcut) return shortcut;
  const isNamed = groups?.some((group) => group !== undefined) ?? false;
  if (!isNamed || groupedBy === "source") {
    return { code: "no-speakers", message: "no recording names its speaker" };
  }
  if (grouping === "speaker") return undefined;
  return {
    code: ungroupedCode ?? "same-speakers",
    message: groupingReason ?? "speakers are not kept apart",
    ...labels,
  };
}

/** Returns "speaker" when at least one speaker is named and there are at least two groups. */
function deriveGrouping(groups: EvaluationInput["groups"]): "speaker" | "none" {
  const named = groups?.some((group) => group !== undefined) ?? false;
  return named && new Set(groups?.map((group, i) => group ?? i)).size > 1 ? "speaker" : "none";
}

function findMostConfused(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): ConfusedPair[] {
  const pairs = confusion.flatMap((row, i) =>
    row.flatMap((count, j) =>
      i !== j && count > 0 ? [{ truth: labels[i]!, predicted: labels[j]!, count }] : [],
    ),
  );
  return pairs.sort((a, b) => b.count - a.count).slice(0, 5);
}

function checkInput({ labels, truth, probabilities, groups, unseenLabels }: EvaluationInput): void {
  if (truth.length === 0) {
    const unseen = Object.keys(unseenLabels ?? {});
    throw new GolemError(
      "no-recordings",
      unseen.length > 0
        ? `No recording is left to score: the data has only labels that were not trained (${unseen.join(", ")}); the classes are ${labels.join(", ")}.`
        : "No recording is left to score; at least one is needed.",
      {
        hint: "Evaluate on recordings with the labels that were trained, other than the training recordings.",
      },
    );
  }
  if (probabilities.length === 0) {
    throw createShapeError("Found no predictions; expected at least one matrix of probabilities.");
  }
  for (const { rows, columns } of probabilities) {
    if (rows !== truth.length || columns !== labels.length) {
      throw createShapeError(
        `Found ${rows} x ${columns} probabilities; expected ${truth.length} recordings x ${labels.length} classes.`,
      );
    }
  }
  if (groups && groups.length !== truth.length) {
    throw createShapeError(
      `Found ${groups.length} speakers; expected one for each of ${truth.length} recordings.`,
    );
  }
}

const createShapeError = (message: string): GolemError => new GolemError("invalid-shape", message);
