/**
 * Embeds the shards of a run in this process: one, or all that are missing, one after another.
 *
 * Not its concern: queues.
 */
import { GolemError } from "../../core/error.ts";
import { checkShard, getShardCount, getShardRows, openRun } from "./run-document.ts";
import { listDoneShards } from "./run-status.ts";
import { createShardEmbedder, type ShardEmbedderOptions } from "./shard-embedder.ts";

/** Options of {@link embedRun}. */
export interface EmbedRunOptions extends ShardEmbedderOptions {
  /** Embed only this shard. */
  readonly shard?: number | undefined;
  /** Store vectors with 16 bits; default: as planned for the run. */
  readonly fp16?: boolean | undefined;
}

/** The counts of a call. */
export interface EmbeddedRun {
  readonly shards: number;
  /** Number of shards that this call embedded; then the recordings and errors in them. */
  readonly embedded: number;
  readonly clips: number;
  readonly errors: number;
  /** Number of shards that existed before. */
  readonly found: number;
}

/** Embeds the missing shards. Rejects with the errors of `openRun` and of the embedder. */
export async function embedRun(address: string, options: EmbedRunOptions = {}): Promise<EmbeddedRun> {
  const { signal, onProgress } = options;
  const run = await openRun(address, options);
  const { shard, fp16 } = options;
  if (shard !== undefined) checkShard(run, shard);
  const done = await listDoneShards(run, options);
  const requested = shard === undefined ? [...Array(getShardCount(run)).keys()] : [shard];
  const missing = requested.filter((number) => !done.has(number));
  const result = {
    shards: getShardCount(run),
    embedded: 0,
    clips: 0,
    errors: 0,
    found: requested.length - missing.length,
  };
  if (missing.length === 0) return result;
  const total = missing.reduce((sum, number) => sum + getShardRows(run, number), 0);
  const embedder = await createShardEmbedder(run, options);
  try {
    for (const number of missing) {
      const { rows, errors } = await embedder.embed(number, {
        ...{ fp16, signal },
        onProgress: ({ completed }) => {
          onProgress?.({ stage: "embedding", completed: result.clips + completed, total });
        },
      });
      result.embedded++;
      result.clips += rows;
      result.errors += errors;
    }
  } catch (error) {
    if (!(error instanceof GolemError) || result.embedded === 0 || error.code === "aborted") throw error;
    const kept = `${result.embedded} of ${missing.length} shards are done and kept.`;
    throw new GolemError(error.code, error.message, { hint: `${error.hint} ${kept}`.trim(), cause: error });
  } finally {
    await embedder.close();
  }
  return result;
}
