/**
 * Types for the progress of long-running functions, and for stopping them.
 *
 * Not its concern: terminals, progress bars, browsers.
 */

/** One progress report. `completed` and `total` count the same unit (recordings, bytes, folds ...). */
export interface Progress {
  /** The current activity in words for users: "embedding", "fetching moonshine-tiny". */
  readonly stage: string;
  readonly completed: number;
  /** Undefined while unknown. */
  readonly total?: number;
}

/** Options of every long-running function. */
export interface WorkOptions {
  /** Aborting it makes the function reject with the error `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
