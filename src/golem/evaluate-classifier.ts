/**
 * Scores a classifier on recordings that were held out: a test set.
 *
 * Recordings that the classifier was trained on, by the bytes or by the decoded audio, are left out and listed;
 * labels it does not know are counted apart.
 * Must not know: files, folds.
 */
import { GolemError } from "../core/error.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { computeEvaluation, type Evaluation } from "../evaluate/evaluate.ts";
import type { Classifier } from "./classifier.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";

/** What has to be known of the training set. */
export interface TrainedOn {
  readonly recordings: readonly {
    readonly label: string;
    readonly fileHash: string;
    readonly audioHash?: string;
    readonly facts?: { readonly audioHash: string };
  }[];
  readonly trainAccuracy: number;
}

/** Evaluates on a test set; `no-recordings` when nothing is left of it. */
export function evaluateClassifier(
  classifier: Classifier,
  labels: readonly string[],
  test: readonly EmbeddedRecording[],
  trained: TrainedOn,
  skipped: readonly SkippedRecording[],
): Evaluation {
  const seen = new Set(
    trained.recordings.flatMap(({ fileHash, audioHash, facts }) => [fileHash, audioHash ?? facts?.audioHash]),
  );
  const overlap = test.filter(({ fileHash, facts }) => seen.has(fileHash) || seen.has(facts.audioHash));
  const heldOut = test.filter((recording) => !overlap.includes(recording));
  const known = heldOut.filter((recording) => labels.includes(recording.label));
  const unseenLabels: Record<string, number> = {};
  for (const { label } of heldOut) {
    if (!labels.includes(label)) unseenLabels[label] = (unseenLabels[label] ?? 0) + 1;
  }
  if (known.length === 0) {
    throw new GolemError(
      "no-recordings",
      `Nothing is left to evaluate on: of ${test.length} recordings ${overlap.length} are in the training set and ${heldOut.length} have labels the golem does not know.`,
      { hint: `The golem knows ${labels.slice(0, 20).join(", ")}. Give held-out recordings of these.` },
    );
  }
  return computeEvaluation({
    protocol: "held-out",
    labels,
    truth: known.map((recording) => labels.indexOf(recording.label)),
    probabilities: [classifier.computeProbabilities(known.map((recording) => recording.vector))],
    groups: known.map((recording) => recording.speaker),
    trainLabels: trained.recordings.map((recording) => labels.indexOf(recording.label)),
    trainAccuracy: trained.trainAccuracy,
    unseenLabels,
    overlap: overlap.map((recording) => recording.file),
    skipped,
  });
}
