/**
 * Runs the embedding of recordings on worker threads, one a core, each decoding and encoding with a session of its own:
 * decode and encode of different recordings overlap, and every core is busy. Few recordings are done on this thread,
 * since starting workers costs more than it gains.
 *
 * Must not know: data sets, stores, labels.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { AudioSettings } from "../audio/audio.ts";
import { type ErrorCode, type ErrorRecord, GolemError } from "../core/error.ts";
import type { StoredEmbedding } from "../store/store.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { embedFile } from "./embed-file.ts";
import { loadEncoder } from "./load-encoder.ts";

/** Fewest recordings for which worker threads pay. */
const worthWorkers = 8;
/** Most workers: beyond it memory grows for little gain. */
const maximumWorkers = 8;

/** What a worker is started with. */
export interface WorkerSettings {
  readonly encoder: string;
  readonly audio: Partial<AudioSettings>;
  readonly cache: CacheFolder;
}

/** One recording for a worker. */
export interface WorkerTask {
  readonly path: string;
  readonly name: string;
}

/** A worker's answer to one task. */
export type WorkerAnswer = { readonly embedding: StoredEmbedding } | { readonly error: ErrorRecord };

/** Something that embeds files. */
export interface EmbeddingPool {
  /** Embeds one file; `name` is what messages call it. */
  embed(path: string, name: string): Promise<StoredEmbedding>;
  close(): Promise<void>;
}

/** Creates a pool fit for `tasks` recordings. The encoder's weights must be in the cache already. */
export async function createEmbeddingPool(
  options: WorkerSettings & { tasks: number; signal?: AbortSignal | undefined },
): Promise<EmbeddingPool> {
  const cores = availableParallelism();
  if (cores === 1 || options.tasks < worthWorkers) return createInlinePool(options, cores);
  const workers = Math.min(cores, maximumWorkers, Math.ceil(options.tasks / (worthWorkers / 2)));
  return createWorkerPool(options, workers);
}

async function createInlinePool(
  { encoder: id, audio, cache, signal }: WorkerSettings & { signal?: AbortSignal | undefined },
  threads: number,
): Promise<EmbeddingPool> {
  const encoder = await loadEncoder(id, { threads, cache, signal });
  let queue: Promise<unknown> = Promise.resolve();
  return {
    embed(path, name) {
      const result = queue.then(() => embedFile(path, name, encoder, { audio, signal }));
      queue = result.catch(() => {});
      return result;
    },
    close: () => encoder.dispose(),
  };
}

/** Starts `embed-worker`: the built file, or, when this is the source, the source through tsx. */
function startWorker(settings: WorkerSettings): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./embed-worker.js", import.meta.url), { workerData: settings });
  }
  const source = new URL("./embed-worker.ts", import.meta.url).href;
  const script = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(script, { eval: true, workerData: settings });
}

interface Job extends WorkerTask {
  resolve(embedding: StoredEmbedding): void;
  reject(error: unknown): void;
}

function createWorkerPool(
  { signal, ...settings }: WorkerSettings & { signal?: AbortSignal | undefined },
  count: number,
): EmbeddingPool {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Job | undefined>();
  let closing = false;

  const start = (): void => {
    const { encoder, audio, cache } = settings;
    const worker = startWorker({ encoder, audio, cache });
    running.set(worker, undefined);
    let failure: unknown = new GolemError("encoder-failed", "The worker thread ended before it was done.");
    worker.on("message", (answer: WorkerAnswer) => {
      const job = running.get(worker);
      running.set(worker, undefined);
      if (job && "embedding" in answer) job.resolve(answer.embedding);
      else if (job && "error" in answer) job.reject(reviveError(answer.error));
      idle.push(worker);
      dispatch();
    });
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", () => {
      const job = running.get(worker);
      running.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      job?.reject(failure);
      if (closing) return;
      // A recording that kills its worker costs that recording; without one to blame, trying again would loop.
      if (job) start();
      else if (running.size === 0) for (const lost of waiting.splice(0)) lost.reject(failure);
    });
  };

  const dispatch = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop()!;
      const job = waiting.shift()!;
      running.set(worker, job);
      worker.postMessage({ path: job.path, name: job.name } satisfies WorkerTask);
    }
  };

  const close = async (): Promise<void> => {
    closing = true;
    signal?.removeEventListener("abort", abort);
    await Promise.all([...running.keys()].map((worker) => worker.terminate()));
  };
  const abort = (): void => {
    const error = new GolemError("aborted", "The work was interrupted before it was done.");
    for (const job of waiting.splice(0)) job.reject(error);
    for (const [worker, job] of running) {
      running.set(worker, undefined);
      job?.reject(error);
    }
    void close();
  };
  signal?.addEventListener("abort", abort);
  for (let i = 0; i < count; i++) start();

  return {
    embed: (path, name) =>
      new Promise((resolve, reject) => {
        waiting.push({ path, name, resolve, reject });
        dispatch();
      }),
    close,
  };
}

function reviveError({ code, message, hint }: ErrorRecord): GolemError {
  return new GolemError(code as ErrorCode, message, { hint });
}
