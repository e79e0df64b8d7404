/**
 * The one error class of the project.
 *
 * Not its concern: reporting the error.
 *
 * Every message states what was found and what was expected; the hint states what to do next. Codes are part
 * of the public contract: command line, library and server report the same ones.
 */

/** Stable machine-readable reasons, grouped by the stage that raises them. */
export type ErrorCode =
  // audio: about one file
  | "empty-file"
  | "not-audio"
  | "unsupported-codec"
  | "corrupt-audio"
  | "no-samples"
  | "too-long"
  | "too-short"
  | "silent"
  /** Nothing is left below the 8 kHz that the encoders use, and most of the energy is above it. */
  | "above-8-khz"
  | "no-microphone"
  | "needs-ffmpeg"
  | "unreadable"
  // encoders and their weights
  | "unknown-encoder"
  | "weights-missing"
  | "weights-damaged"
  | "fetch-failed"
  | "invalid-layer"
  | "encoder-failed"
  // the Hugging Face Hub
  /** No such repository, revision or file. */
  | "hub-not-found"
  /** The repository is private or gated, or the token is wrong. */
  | "hub-denied"
  /** A downloaded file has another size or hash than the Hub states. */
  | "hub-damaged"
  /** The cache folder cannot be written: disk full, no permission ... */
  | "cache-failed"
  // data sets
  | "data-not-found"
  | "invalid-data"
  | "no-recordings"
  | "too-few-classes"
  | "too-few-recordings"
  | "duplicate-recording"
  | "conflicting-labels"
  /** A synthetic voice could not speak a text. */
  | "synthesis-failed"
  /** A segment of a long recording overlaps one with another label. */
  | "overlapping-labels"
  /** A recording of an annotated folder has no annotations. */
  | "not-annotated"
  // heads and evaluation
  | "invalid-shape"
  | "invalid-option"
  | "not-converged"
  // runs of shards
  /** An optional package is not installed. */
  | "missing-package"
  /** The queue's server rejects the request, or cannot be reached. */
  | "queue-failed"
  // the artefact
  | "golem-not-found"
  | "golem-damaged"
  | "golem-version"
  | "output-exists"
  | "output-failed"
  // the server: about one request
  /** No recording can be read from the request: a malformed multipart body, an invalid query. */
  | "bad-request"
  /** A key is missing or wrong. */
  | "unauthorised"
  /** The host or origin may not use this server. */
  | "forbidden"
  | "not-found"
  | "method-not-allowed"
  /** The body did not arrive in time. */
  | "request-timeout"
  /** More bytes or files than the server accepts. */
  | "too-large"
  /** The content type or encoding of the body is not that of a recording. */
  | "unsupported-media-type"
  /** The queue is full. */
  | "overloaded"
  /** The client already uses its share of the queue. */
  | "too-many-requests"
  /** Golems are still loading, or the server is about to stop. */
  | "not-ready"
  /** The work took longer than a request may take. */
  | "timeout"
  // everywhere
  | "usage"
  | "aborted"
  | "store-failed"
  /** A bug in this program: please report it. */
  | "unexpected";

/** An error with a stable code, a message (found, expected) and a hint (what to do next). */
export class GolemError extends Error {
  override readonly name = "GolemError";
  /** Stable reason, see {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** What the user can do about it; empty if there is nothing to do. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? "";
  }
}

/** The plain-data form of an error, as in `--json` output and `skipped` lists. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Converts any thrown value to plain data; errors of other classes get the code `fallback`. */
export function toErrorRecord(error: unknown, fallback: ErrorCode): ErrorRecord {
  if (error instanceof GolemError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: fallback, message: error instanceof Error ? error.message : String(error), hint: "" };
}

/** Throws the error `aborted` once the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new GolemError("aborted", "The work was interrupted before it was done.");
}
