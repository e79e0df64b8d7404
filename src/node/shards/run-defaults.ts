/**
 * Defaults of runs, which help texts read without loading runs.
 *
 * Not its concern: runs.
 */

/** Recordings per shard by default: a minute or so of work, and some 20 MB. */
export const defaultShardSize = 1024;

/** Name of the document of a run: a folder that holds it is a run. */
export const runFile = "run.json";
