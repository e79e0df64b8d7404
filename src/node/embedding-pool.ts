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
import { type ErrorCode, type ErrorRecord, GolemError, throwIfAborted } from "../core/error.ts";
import type { StoredEmbedding } from "../store/store.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { embedFile } from "./embed-file.ts";
import type { ResolvedEncoder } from "./encoder-source.ts";
import { loadEncoder } from "./load-encoder.ts";

/** Fewest recordings for which worker threads pay. */
const worthWorkers = 8;
/** Most workers: beyond it memory grows for little gain. */
const maximumWorkers = 8;

/** What a worker is started with. */
export interface WorkerSettings {
  readonly encoder: string | ResolvedEncoder;
  readonly audio: Partial<AudioSettings>;
  readonly cache: CacheFolder;
}

/** One recording for a worker. */
interface WorkerTask {
  readonly path: string;
  readonly name: string;
}

/** What a worker is told: the next recording, or to end as soon as it can. */
export type WorkerOrder = WorkerTask | "stop";

/** What a worker says: that it is ready, that it cannot start, or its answer to one task. */
export type WorkerAnswer =
  | { readonly ready: true }
  | { readonly failure: ErrorRecord }
  | { readonly embedding: StoredEmbedding }
  | { readonly error: ErrorRecord };

/** Something that embeds files. */
export interface EmbeddingPool {
  /** Embeds one file; `name` is what messages call it. Rejects with `embedFile`'s errors, or `aborted`. */
  embed(path: string, name: string): Promise<StoredEmbedding>;
  /** Stops what is running; what has not been answered by then is rejected. */
  close(): Promise<void>;
}

/** Creates a pool fit for `tasks` recordings. The encoder's weights must be in the cache already. */
export async function createEmbeddingPool(
  options: WorkerSettings & { tasks: number; signal?: AbortSignal | undefined },
): Promise<EmbeddingPool> {
  throwIfAborted(options.signal);
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
  { signal, encoder, audio, cache }: WorkerSettings & { signal?: AbortSignal | undefined },
  count: number,
): EmbeddingPool {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Job | undefined>();
  let failure: unknown = new GolemError("encoder-failed", "The worker thread ended before it was done.");
  let closed: GolemError | undefined;

  const start = (): void => {
    const worker = startWorker({ encoder, audio, cache });
    running.set(worker, undefined);
    let fatal: unknown;
    worker.on("message", (answer: WorkerAnswer) => {
      if ("failure" in answer) {
        fatal = reviveError(answer.failure);
        return;
      }
      const job = running.get(worker);
      running.set(worker, undefined);
      if ("embedding" in answer) job?.resolve(answer.embedding);
      else if ("error" in answer) job?.reject(reviveError(answer.error));
      idle.push(worker);
      dispatch();
    });
    worker.on("error", (error) => {
      fatal ??= describeDeath(error);
    });
    worker.on("exit", () => {
      const job = running.get(worker);
      running.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      failure = fatal ?? failure;
      job?.reject(failure);
      if (closed) return;
      // A recording that kills its worker costs that recording; without one to blame, trying again would loop.
      if (job) start();
      else if (running.size === 0) for (const lost of waiting.splice(0)) lost.reject(failure);
    });
  };

  const dispatch = (): void => {
    while (!closed && idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop()!;
      const job = waiting.shift()!;
      running.set(worker, job);
      worker.postMessage({ path: job.path, name: job.name } satisfies WorkerOrder);
    }
  };

  const close = async (): Promise<void> => {
    closed ??= new GolemError("aborted", "The work was interrupted before it was done.");
    signal?.removeEventListener("abort", abort);
    for (const job of waiting.splice(0)) job.reject(closed);
    const workers = [...running.keys()];
    for (const worker of workers) {
      running.get(worker)?.reject(closed);
      running.set(worker, undefined);
    }
    await Promise.all(workers.map(stopWorker));
  };
  const abort = (): void => void close();
  signal?.addEventListener("abort", abort);
  for (let i = 0; i < count; i++) start();

  return {
    embed: (path, name) =>
      new Promise((resolve, reject) => {
        if (closed || running.size === 0) return reject(closed ?? failure);
        waiting.push({ path, name, resolve, reject });
        dispatch();
      }),
    close,
  };
}

/**
 * Lets a worker end by itself. Terminating it would take the whole process along when ONNX Runtime is at work in it: its
 * addon throws a C++ exception that nobody catches as soon as the thread may run no more JavaScript.
 */
function stopWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once("exit", () => resolve());
    worker.postMessage("stop" satisfies WorkerOrder);
  });
}

/** What ended a worker that could not say so itself, such as running out of memory. */
function describeDeath(error: unknown): GolemError {
  return new GolemError("encoder-failed", `The worker thread stopped: ${String(error)}`, {
    hint: "If it ran out of memory, leave the recording out or cut it into shorter ones.",
    cause: error,
  });
}

function reviveError({ code, message, hint }: ErrorRecord): GolemError {
  return new GolemError(code as ErrorCode, message, { hint });
}
