/**
 * Evaluates a classifier on a test set of held-out recordings.
 *
 * Not its concern: files, folds.
 *
 * Recordings that the classifier was trained on (with the same bytes or the same decoded audio) are left out
 * and listed; recordings with other labels than its classes are counted separately; speakers that are also in
 * the training set are reported.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import { countLabels } from "../dataset/classes.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { findShortcut } from "../doctor/shortcut.ts";
import { createHashCheck } from "../embed/audio-hashes.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { getGroup } from "../embed/sources.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { measureCorrectness } from "../evaluate/metrics.ts";
import type { Classifier } from "./classifier.ts";

/** The training set of a classifier, as far as evaluation needs it. */
export interface TrainedOn {
  readonly recordings: readonly {
    readonly label: string;
    readonly fileHash: string;
    readonly audioHash?: string;
    readonly facts?: { readonly audioHash: string };
    readonly speaker?: string | undefined;
    readonly source?: string | undefined;
  }[];
  /** Others, by the hashes of their audio; see embed/audio-hashes.ts. */
  readonly unlisted?: { readonly audioHashes: string } | undefined;
  readonly trainAccuracy: number;
}

/** Splits a test set; `known` is scored: recordings not trained on, with labels that are classes. */
export function selectScored(
  labels: readonly string[],
  test: readonly EmbeddedRecording[],
  trained: Pick<TrainedOn, "recordings" | "unlisted">,
): Record<"known" | "heldOut" | "overlap", readonly EmbeddedRecording[]> {
  const seen = new Set(
    trained.recordings.flatMap(({ fileHash, audioHash, facts }) => [fileHash, audioHash ?? facts?.audioHash]),
  );
  const isUnlisted = createHashCheck(trained.unlisted?.audioHashes);
  const isTrained = ({ fileHash, facts }: EmbeddedRecording) =>
    seen.has(fileHash) || seen.has(facts.audioHash) || isUnlisted(facts.audioHash);
  const overlap = test.filter(isTrained);
  const heldOut = test.filter((recording) => !isTrained(recording));
  return { overlap, heldOut, known: heldOut.filter((recording) => labels.includes(recording.label)) };
}

/** Evaluates on a test set. Throws `no-recordings` if no recording of it can be scored. */
export function evaluateClassifier(
  classifier: Classifier,
  labels: readonly string[],
  test: readonly EmbeddedRecording[],
  trained: TrainedOn,
  skipped: readonly SkippedRecording[],
): Evaluation {
  // Scores are of real recordings, if there are any.
  const isReal = test.some(({ isSynthetic }) => !isSynthetic);
  const scored = isReal ? test.filter(({ isSynthetic }) => !isSynthetic) : test;
  const { overlap, heldOut, known } = selectScored(labels, scored, trained);
  const unseen = countLabels(heldOut.filter((recording) => !labels.includes(recording.label)));
  const trainedSpeakers = new Set(
    trained.recordings.map(({ speaker }) => speaker).filter((speaker) => speaker !== undefined),
  );
  const trainedSources = new Set(
    trained.recordings.map(({ source }) => source).filter((source) => source !== undefined),
  );
  const pieces = known.filter(({ source }) => source !== undefined && trainedSources.has(source));
  const shared = new Set(
    known.map(({ speaker }) => speaker).filter((speaker) => speaker && trainedSpeakers.has(speaker)),
  );
  if (known.length === 0) {
    throw new GolemError(
      "no-recordings",
      `No recordings are left to evaluate: of ${test.length} usable recordings, ${overlap.length} are in the training set and ${heldOut.length} have labels that are not classes of the golem.`,
      {
        hint: `Its classes are ${labels.slice(0, 20).join(", ")}. Use held-out recordings of these classes.`,
      },
    );
  }
  const truth = known.map((recording) => labels.indexOf(recording.label));
  const probabilities = [classifier.computeProbabilities(known)];
  const correctness = measureCorrectness(probabilities, truth);
  return computeEvaluation({
    protocol: "held-out",
    isSynthetic: known.every(({ isSynthetic }) => isSynthetic),
    labels,
    truth,
    probabilities,
    shortcut: findShortcut({ recordings: known, correctness, seed: defaultRecipe.seed }),
    groups: known.map(getGroup),
    ...(known.some(({ source }) => source !== undefined) ? { groupedBy: "source" as const } : {}),
    ...(shared.size > 0
      ? {
          grouping: "none" as const,
          groupingReason: `${shared.size} of its speakers, such as ${[...shared][0]}, are also in the training set, so the score is optimistic`,
        }
      : pieces.length > 0
        ? {
            grouping: "none" as const,
            groupedBy: "source" as const,
            sourcesMixed: true,
            groupingReason: `${pieces.length} of them are pieces of sources that were also trained on, such as ${pieces[0]!.file}`,
          }
        : {}),
    trainLabels: trained.recordings.map((recording) => labels.indexOf(recording.label)),
    trainAccuracy: trained.trainAccuracy,
    unseenLabels: Object.fromEntries(unseen),
    overlap: overlap.map((recording) => recording.file),
    skipped,
  });
}
