/**
 * Types of a data set: recordings with label, speaker and split.
 *
 * Not its concern: encoders, heads, how a recording is decoded.
 */
import type { ByteSource } from "../core/byte-source.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Segment } from "./segment.ts";

/** The part of an experiment that a row belongs to; "none" if the data set does not specify it. */
export type Split = "train" | "validation" | "test" | "none";

/** One labelled recording, not yet opened. */
export interface Recording {
  /** Path relative to the data set, with forward slashes; unique within it. */
  readonly file: string;
  /** In Unicode's composed form (NFC); empty only if the caller allowed rows without labels. */
  readonly label: string;
  /** Speaker, device, source or session; undefined when unknown (the row is then its own group). */
  readonly speaker?: string;
  /** The longer recording that it was cut from, if only its original name, which is not kept, showed that. */
  readonly source?: string;
  /**
   * Whether it was made by a synthetic voice or another program; scores are then of real recordings, if any.
   */
  readonly isSynthetic?: true;
  readonly split: Split;
  /** If it is a segment of a long recording: the segment, and the path of the long recording. */
  readonly segment?: Segment;
  readonly longFile?: string;
  /** Its index in the run of shards that contains its embedding, if its `origin` is a run. */
  readonly row?: number;
  /** Opens the bytes; rejects with `unreadable` or `data-not-found`. */
  open(): Promise<ByteSource & { close(): Promise<void> }>;
  /**
   * The source from which the bytes must be fetched first; the same object for all recordings fetched
   * together.
   */
  readonly origin?: RecordingOrigin;
}

/** A remote source that can fetch many recordings at once faster than one by one. */
export interface RecordingOrigin {
  /**
   * Fetches recordings of this origin to this machine, except those already fetched; recordings not fetched
   * this way are fetched when they are opened. Rejects when the source cannot be reached.
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
   * Further recordings, if the caller allowed a sample: `recordings` is then a random sample in which classes
   * keep their shares.
   */
  readonly unlisted?: UnlistedRecordings | undefined;
  /** Paths of long recordings that are annotated as containing no events. */
  readonly empty?: readonly string[];
  /** Problems that did not exclude a recording: a row listed twice, files that are not recordings ... */
  readonly warnings: readonly (ErrorRecord & { readonly file?: string })[];
  /** Rows without a recording or a label; reported as `skipped`, and a failure with `--strict`. */
  readonly skipped: readonly SkippedRecording[];
}
