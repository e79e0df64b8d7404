/**
 * The evaluation of a classifier as one plain document.
 *
 * Not its concern: computation (evaluate.ts), display.
 */
import type { ErrorRecord } from "../core/error.ts";
import type { Calibration } from "./calibration.ts";
import type { ClassScore } from "./metrics.ts";

/** Why the score on new speakers or recordings was not measured. Plain data. */
export interface Unmeasured {
  /** Stable name of the reason. */
  readonly code: string;
  /** The reason as a clause; exported golems have none. */
  readonly message?: string | undefined;
  /** The classes that it applies to, if not all. */
  readonly labels?: readonly string[] | undefined;
}

/** A file that was left out, with its reason. */
export interface SkippedFile extends ErrorRecord {
  readonly file: string;
}

/** The scores of a classifier. Plain data: `--json` prints it and golem.json contains it. */
export interface Evaluation {
  readonly protocol: "held-out" | "cross-validation";
  /** Number of scored recordings. */
  readonly recordings: number;
  /** Total number of recordings, if the scored ones are a sample. */
  readonly sampledFrom?: number;
  /** Present if they are of synthetic voices because there are too few real ones. */
  readonly measuredOn?: "synthetic";
  /** Number of classes that the classifier can predict. */
  readonly classes: number;
  readonly accuracy: number;
  /**
   * Mean recall over the classes that occur; for cross-validation, the expected one of the classifier trained
   * on all recordings.
   */
  readonly balancedAccuracy: number;
  /** Mean recall of the held-out predictions themselves, with fewer recordings trained on. */
  readonly crossValidated?: number;
  /** The score on new speakers; null if it could not be measured. */
  readonly newSpeakers: {
    readonly balancedAccuracy: number;
    readonly interval: readonly [low: number, high: number];
  } | null;
  /** Why `newSpeakers` is null. The other numbers are then of the same speakers. */
  readonly notMeasured?: Unmeasured;
  /** 95 % interval of the final classifier's balanced accuracy on new recordings: see interval.ts. */
  readonly interval: readonly [low: number, high: number];
  /** Balanced accuracy of guessing: 1 / classes. */
  readonly chance: number;
  /** Accuracy of always answering the class most frequent in training. */
  readonly majority: number;
  /** Mean F1 over the classes that occur or are predicted. */
  readonly macroF1: number;
  readonly labels: readonly string[];
  readonly perClass: Readonly<Record<string, ClassScore>>;
  /** Rows true, columns predicted; mean counts over repeats, whole numbers if there is one. */
  readonly confusion: readonly (readonly number[])[];
  /** Accuracy on the training recordings: a measure of fit only. */
  readonly trainAccuracy: number;
  /** Whether folds (for a held-out set: the interval) are by speaker. */
  readonly grouping: "speaker" | "none";
  /** Number of recordings left out because their label is not a class of the classifier, by label. */
  readonly unseenLabels: Readonly<Record<string, number>>;
  /** Classes that were trained but not scored, since they have one recording; the score is of the others. */
  readonly unscoredLabels?: readonly string[];
  /** Files left out because they were trained on. */
  readonly overlap: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Why grouping is "none", as a clause; for sources, how they were found. */
  readonly groupingReason?: string;
  /** "source" when the groups are not speakers but longer recordings that the recordings were cut from. */
  readonly groupedBy?: "source";
  /**
   * True if pieces of one source are both trained and tested on: the score then only measures how well these
   * sources are recognised, not new ones.
   */
  readonly sourcesMixed?: true;
  /** How often each recording was predicted. */
  readonly repeats: number;
  /** Folds per repeat; only with cross-validation. */
  readonly folds?: number;
  /** Mean negative log-probability of the true class, in nats; the mean over repeats. */
  readonly logLoss: number;
  /** How well the probabilities are calibrated: all repeats together, in ten bins of equal count. */
  readonly calibration: Omit<Calibration, "logLoss">;
  /** Distinct speakers (a recording without one counts as its own); only when grouping is "speaker". */
  readonly speakers?: number;
  /** Number of independent recordings that would give an interval of this width, see interval.ts. */
  readonly effectiveRecordings: number;
  /** The most confused pairs of classes, at most five, descending; `count` is a mean over repeats. */
  readonly mostConfused: readonly ConfusedPair[];
}

/** Recordings of one class that were classified as another. */
export interface ConfusedPair {
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
}
