/**
 * The input of the doctor: facts, labels, speakers, splits, embeddings, and the output of a classifier.
 *
 * Not its concern: files, encoders, heads.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { SkippedRecording, Split } from "../dataset/dataset.ts";
import type { Matrix } from "../math/matrix.ts";
import type { FoundFault } from "./finding.ts";

/** One recording that could be embedded. */
export interface ExaminedRecording {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
  /** The longer recording that it was cut from, if names or sound show one. */
  readonly source?: string;
  readonly split: Split;
  readonly facts: AudioFacts;
}

/** Predictions of classifiers for recordings that they were not trained on. */
export interface Opinion {
  /** Names of the classes, in the order of the columns. */
  readonly labels: readonly string[];
  /** The examination's recording of each row of the matrix. */
  readonly rows: readonly number[];
  /** Probabilities [rows, classes], held out. */
  readonly probabilities: Matrix;
  /** Probabilities [rows, classes] of the first pass, which was trained on all labels. */
  readonly firstProbabilities: Matrix;
}

/** A data set, embedded. */
export interface Examination {
  readonly recordings: readonly ExaminedRecording[];
  /** Recordings that could not be embedded, and why. */
  readonly skipped: readonly SkippedRecording[];
  /** Embeddings [recordings, any]; recordings that sound alike are near each other. */
  readonly likeness?: Matrix | undefined;
  readonly opinion?: Opinion | undefined;
  readonly seed: number;
}

/** A check: finds faults in a data set. */
export type Check = (examination: Examination) => FoundFault[];
