/** Checkpoints: published weight files in, named float32 tensors out. See `checkpoint.ts` for the interface. */
export type { Checkpoint } from "./checkpoint.ts";
export { checkpointFiles, openCheckpoint, readShardIndex } from "./open-checkpoint.ts";
