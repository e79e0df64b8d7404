/**
 * Runs the embedding of recordings on worker threads, one a core, each decoding and encoding with a session of its own:
 * decode and encode of different recordings overlap, and every core is busy. Few recordings are done on this thread,
 * since starting workers costs more than it gains.
 *
 * Must not know: data sets, stores, labels.
 */
import { availableParallelism } from "node:os";
import type { AudioSettings } from "../audio/audio.ts";
import { throwIfAborted } from "../core/error.ts";
import type { StoredEmbedding } from "../store/store.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { embedFile } from "./embed-file.ts";
import type { ResolvedEncoder } from "./encoder-source.ts";
import { loadEncoder } from "./load-encoder.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** Fewest recordings for which worker threads pay. */
const worthWorkers = 8;
/** Most workers: beyond it memory grows for little gain. */
const maximumWorkers = 8;

/** What a worker is started with. */
export interface EmbedSettings {
  /** As it was resolved, so that workers ask nobody; or its name. */
  readonly encoder: string | ResolvedEncoder;
  readonly audio: Partial<AudioSettings>;
  readonly cache: CacheFolder;
}

/** One recording for a worker. */
export interface EmbedTask {
  readonly path: string;
  readonly name: string;
}

/** Something that embeds files. */
export interface EmbeddingPool {
  /** Embeds one file; `name` is what messages call it. Rejects with `embedFile`'s errors, or `aborted`. */
  embed(path: string, name: string): Promise<StoredEmbedding>;
  /** Stops what is running; what has not been answered by then is rejected. */
  close(): Promise<void>;
}

/** Creates a pool fit for `tasks` recordings. The encoder's weights must be in the cache already. */
export async function createEmbeddingPool(
  options: EmbedSettings & { tasks: number; signal?: AbortSignal | undefined },
): Promise<EmbeddingPool> {
  throwIfAborted(options.signal);
  const cores = availableParallelism();
  if (cores === 1 || options.tasks < worthWorkers) return createInlinePool(options, cores);
  const workers = Math.min(cores, maximumWorkers, Math.ceil(options.tasks / (worthWorkers / 2)));
  const { encoder, audio, cache, signal } = options;
  const pool = createWorkerPool<EmbedTask, StoredEmbedding>({
    ...{
      script: "embed-worker",
      settings: { encoder, audio, cache } satisfies EmbedSettings,
      count: workers,
      signal,
    },
  });
  return { embed: (path, name) => pool.run({ path, name }), close: pool.close };
}

async function createInlinePool(
  { encoder: id, audio, cache, signal }: EmbedSettings & { signal?: AbortSignal | undefined },
  threads: number,
): Promise<EmbeddingPool> {
  const encoder = await loadEncoder(id, { threads, cache, signal });
  const closing = new AbortController();
  const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    embed(path, name) {
      const result = queue.then(() => {
        throwIfAborted(stop);
        return embedFile(path, name, encoder, { audio, signal: stop });
      });
      queue = result.catch(() => {});
      return result;
    },
    async close() {
      closing.abort();
      // The encoder may be at work on a window; it must not be freed under it.
      await queue;
      await encoder.dispose();
    },
  };
}
