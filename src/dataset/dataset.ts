/**
 * Types of a data set: recordings with label, speaker and split.
 *
 * Not its concern: encoders, heads, how a recording is decoded.
 */
import type { ByteSource } from "../core/byte-source.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Segment } from "./segment.ts";

/** Which part of an experiment a row belongs to; "none" when the data set does not say. */
export type Split = "train" | "validation" | "test" | "none";

/** One labelled recording, not yet opened. */
export interface Recording {
  /** Path relative to the data set, with forward slashes; unique within it. */
  readonly file: string;
  /** In Unicode's composed form (NFC); empty only where the caller allowed rows without labels. */
  readonly label: string;
  /** Speaker, device, source or session; undefined when unknown (the row is then its own group). */
  readonly speaker?: string;
  /** The longer recording that it was cut from, if its original name showed that and is not kept. */
  readonly source?: string;
  /** Whether a synthetic voice or another program made it; scores are then of real recordings, if any. */
  readonly isSynthetic?: true;
  readonly split: Split;
  /** The annotated stretch of a long recording, where the recording is one, and the path of that recording. */
  readonly segment?: Segment;
  readonly longFile?: string;
  /** Its place in the run of shards that holds its embedding and is its `origin`, if one is. */
  readonly row?: number;
  /** Opens the bytes; rejects with `unreadable` or `data-not-found`. */
  open(): Promise<ByteSource & { close(): Promise<void> }>;
  /**
   * Where the bytes must be fetched from first; the same object for all recordings that are fetched together.
   */
  readonly origin?: RecordingOrigin;
}

/** A remote source that can fetch many recordings at once faster than one by one. */
export interface RecordingOrigin {
  /**
   * Fetches recordings of this origin to this machine. Recordings already here cost nothing; recordings not
   * fetched this way are fetched when they are opened. Rejects when the source cannot be reached.
   */
  fetch(recordings: readonly Recording[], options: WorkOptions): Promise<void>;
}

/** A recording that was listed but left out, and why. */
export interface SkippedRecording extends ErrorRecord {
  readonly file: string;
}

/** Recordings of a data set that are not listed, because it has too many. */
export interface UnlistedRecordings {
  readonly count: number;
}

/** A set of labelled recordings. */
export interface Dataset {
  /** Name given by the user. */
  readonly name: string;
  /** The names of the data sets it was joined from, if it was. */
  readonly places?: readonly string[];
  /** Whether the data set is publicly available under that name; undefined when unknown. */
  readonly isPublic?: boolean | undefined;
  readonly recordings: readonly Recording[];
  /**
   * What `recordings` leave out: these are then a sample, drawn at random with the shares of the classes. Only
   * where the caller allowed a sample.
   */
  readonly unlisted?: UnlistedRecordings | undefined;
  /** Paths of long recordings whose annotations say that nothing is in them. */
  readonly empty?: readonly string[];
  /** Problems that did not exclude a recording: a row listed twice, files that are not recordings ... */
  readonly warnings: readonly (ErrorRecord & { readonly file?: string })[];
  /** Rows whose recording is missing or has no label: the bad files of `skipped` and `--strict`. */
  readonly skipped: readonly SkippedRecording[];
}
