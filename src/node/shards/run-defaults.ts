/** Defaults of runs, in a separate file so that help texts can read them without loading runs. */

/** Recordings per shard by default: about a minute of work and 20 MB. */
export const defaultShardSize = 1024;

/** Name of a run's document; a folder with this file is a run. */
export const runFile = "run.json";
