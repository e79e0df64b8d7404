/**
 * What the doctor examines: facts, labels, speakers, splits, and what encoders and a classifier made of the recordings.
 *
 * Not its concern: files, encoders, heads.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { SkippedRecording, Split } from "../dataset/dataset.ts";
import type { Matrix } from "../math/matrix.ts";
import type { Finding } from "./finding.ts";

/** One recording that could be heard. */
export interface ExaminedRecording {
  readonly file: string;
  readonly label: string;
  readonly speaker?: string | undefined;
  readonly split: Split;
  readonly facts: AudioFacts;
}

/** What classifiers say of recordings they did not learn from. */
export interface Opinion {
  /** Names of the classes, in the order of the columns. */
  readonly labels: readonly string[];
  /** Rows of the examination's recordings, in the order of the matrix's rows. */
  readonly rows: readonly number[];
  /** Probabilities [rows, classes], held out. */
  readonly probabilities: Matrix;
  /** Which of the rows it learned from: those that a first look agreed with. */
  readonly trusted: readonly boolean[];
  /** Column that each row was taken for at the first look. */
  readonly firstGuesses: readonly number[];
}

/** A data set, heard. */
export interface Examination {
  readonly recordings: readonly ExaminedRecording[];
  /** What could not be heard, and why. */
  readonly skipped: readonly SkippedRecording[];
  /** Numbers [recordings, any] in which recordings that sound alike are near each other. */
  readonly likeness?: Matrix | undefined;
  readonly opinion?: Opinion | undefined;
  readonly seed: number;
}

/** A check: what it finds in a data set. */
export type Check = (examination: Examination) => Finding[];
