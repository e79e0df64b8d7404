/**
 * How long-running functions tell their caller how far they are, and how the caller stops them.
 *
 * Not its concern: terminals, bars, browsers.
 */

/** One report of progress. `completed` and `total` count the same unit (recordings, bytes, folds ...). */
export interface Progress {
  /** What is going on, in the words of a user: "embedding", "fetching moonshine-tiny". */
  readonly stage: string;
  readonly completed: number;
  /** Undefined while it is not known. */
  readonly total?: number;
}

/** Options that every long-running function takes. */
export interface WorkOptions {
  /** Aborting it makes the function reject with the error `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
