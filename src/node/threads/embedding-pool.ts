/**
 * Embeds files on worker threads, one per core. Each has its own sessions, so decoding and encoding of
 * different recordings overlap and all cores are used. A few recordings are embedded on this thread, since
 * starting workers would take longer.
 */
import { availableParallelism } from "node:os";
import type { AudioSettings } from "../../audio/audio.ts";
import type { Provider } from "../../core/device.ts";
import { throwIfAborted } from "../../core/error.ts";
import type { EmbeddedSource } from "../../embed/embed-source.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { embedFile, type FileCopy } from "../decode/embed-file.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { type EncoderSetParts, loadEncoderSet, selectParts } from "../models/load-encoder-set.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** Minimum number of recordings for which worker threads save time. */
const worthWorkers = 8;
/** Maximum number of workers; more would take memory for little gain. */
const maximumWorkers = 8;

/** The settings with which a worker is started. */
export interface EmbedSettings {
  /** The resolved encoder set, so that workers need not resolve it again. All of it is loaded. */
  readonly encoderSet: ResolvedEncoderSet;
  readonly audio: Partial<AudioSettings>;
  /** As in `EmbedSourceOptions`. */
  readonly identify?: boolean | undefined;
  readonly cache: CacheFolder;
  /** The device that `chooseDevice` chose; default: the processor. */
  readonly device?: Provider | undefined;
}

interface EmbedTask {
  readonly path: string;
  readonly name: string;
  /** Which parts of the encoder set to run; default: all. */
  readonly parts?: EncoderSetParts | undefined;
  /** The varied copy to embed instead of the file itself. */
  readonly copy?: FileCopy | undefined;
}

/** The methods of a worker. */
export type EmbedCalls = { embed: { argument: EmbedTask; answer: EmbeddedSource } };

/** Embeds files. */
export interface EmbeddingPool {
  /**
   * Embeds one file, or a varied copy of it, with the encoder set or parts of it; `name` is its name in
   * messages. Rejects with the errors of `embedFile`, or `aborted`.
   */
  embed(path: string, name: string, parts?: EncoderSetParts, copy?: FileCopy): Promise<EmbeddedSource>;
  /** Stops running calls; calls without an answer are rejected. */
  close(): Promise<void>;
}

/** Creates a pool for `tasks` recordings. The weights must be in the cache already. */
export async function createEmbeddingPool(
  options: EmbedSettings & {
    tasks: number;
    /** Number of worker threads; default: as many as save time. */
    workers?: number | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<EmbeddingPool> {
  throwIfAborted(options.signal);
  const cores = availableParallelism();
  if (options.workers === undefined && (cores === 1 || options.tasks < worthWorkers)) {
    return createInlinePool(options, cores);
  }
  const workers =
    options.workers ?? Math.min(cores, maximumWorkers, Math.ceil(options.tasks / (worthWorkers / 2)));
  const { encoderSet, audio, identify, cache, device, signal } = options;
  const pool = createWorkerPool<EmbedCalls>({
    script: "embed-worker",
    settings: { encoderSet, audio, identify, cache, device } satisfies EmbedSettings,
    count: workers,
    signal,
  });
  return {
    embed: (path, name, parts, copy) => pool.run("embed", { path, name, parts, copy }),
    close: pool.close,
  };
}

async function createInlinePool(
  {
    encoderSet: resolved,
    audio,
    identify,
    cache,
    device,
    signal,
  }: EmbedSettings & { signal?: AbortSignal | undefined },
  threads: number,
): Promise<EmbeddingPool> {
  const encoderSet = await loadEncoderSet(resolved, { threads, cache, device, signal });
  const closing = new AbortController();
  const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    embed(path, name, parts, copy) {
      const result = queue.then(() => {
        throwIfAborted(stop);
        const selected = parts ? selectParts(encoderSet, parts) : encoderSet;
        return embedFile(path, name, selected, { audio, identify, copy, signal: stop });
      });
      queue = result.catch(() => {});
      return result;
    },
    async close() {
      closing.abort();
      // An encoder may still be processing a window; it must not be freed meanwhile.
      await queue;
      await encoderSet.dispose();
    },
  };
}
