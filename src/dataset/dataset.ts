/**
 * A data set as the rest of the program sees it: recordings with label, speaker and split.
 *
 * Not its concern: encoders, heads, how a recording is decoded.
 */
import type { ByteSource } from "../core/byte-source.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";

/** Which side of an experiment a row is on; "none" when the data set does not say. */
export type Split = "train" | "validation" | "test" | "none";

/** One labelled recording, not yet opened. */
export interface Recording {
  /** Path relative to the data set, with forward slashes; unique within it. */
  readonly file: string;
  /** In Unicode's composed form (NFC); empty only where the caller allowed rows without labels. */
  readonly label: string;
  /** Speaker, device, source or session; undefined when unknown (the row is then its own group). */
  readonly speaker?: string;
  readonly split: Split;
  /** Opens the bytes; rejects with `unreadable` or `data-not-found`. */
  open(): Promise<ByteSource & { close(): Promise<void> }>;
  /** Where the bytes have to be fetched from first; the same object for all recordings that are fetched together. */
  readonly origin?: RecordingOrigin;
}

/** A remote place that hands out many recordings at once for less than one by one. */
export interface RecordingOrigin {
  /**
   * Brings recordings of this origin to this machine; those that are here cost nothing, and those that are not fetched
   * so are fetched when they are opened. Rejects when the place cannot be reached.
   */
  fetch(recordings: readonly Recording[], options: WorkOptions): Promise<void>;
}

/** A recording that was named but left out, and why. */
export interface SkippedRecording extends ErrorRecord {
  readonly file: string;
}

/** A set of labelled recordings. */
export interface Dataset {
  /** As the user named it. */
  readonly name: string;
  /** Whether everybody can get it under that name; not where nobody said so. */
  readonly isPublic?: boolean | undefined;
  readonly recordings: readonly Recording[];
  /** Oddities that cost no recording: a row listed twice, files that are not recordings ... */
  readonly warnings: readonly (ErrorRecord & { readonly file?: string })[];
  /** Rows whose recording is missing or has no label: bad files in the sense of `skipped` and `--strict`. */
  readonly skipped: readonly SkippedRecording[];
}
