/**
 * A pool of worker threads that all do one kind of work: tasks in, results or errors out, in the order they are ready.
 *
 * The other side of each worker is `serveTasks` in worker-service.ts. A task that kills its worker is rejected, and a new
 * worker takes its place. Must not know: what the work is.
 */
import { Worker } from "node:worker_threads";
import { type ErrorCode, type ErrorRecord, GolemError } from "../core/error.ts";
import type { WorkerAnswer, WorkerOrder } from "./worker-service.ts";

/** How a pool is made. */
export interface WorkerPoolOptions {
  /** Name of the worker's file in this folder, without its ending. */
  readonly script: string;
  /** What `serveTasks` is started with; plain data or shared memory. */
  readonly settings: unknown;
  readonly count: number;
  /** Tasks a worker is given before it has answered the first, default 1. */
  readonly ahead?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Something that runs tasks. */
export interface WorkerPool<Task, Result> {
  /** Tasks that could start at once. */
  getRoom(): number;
  /** Rejects with the error of the task, with `aborted`, or with what ended its worker. */
  run(task: Task): Promise<Result>;
  /** Stops what is running; what has not been answered by then is rejected. */
  close(): Promise<void>;
}

interface Job<Task, Result> {
  readonly task: Task;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Starts the workers; tasks wait until one is ready. */
export function createWorkerPool<Task, Result>(options: WorkerPoolOptions): WorkerPool<Task, Result> {
  const { script, settings, count, ahead = 1, signal } = options;
  const waiting: Job<Task, Result>[] = [];
  const ready = new Set<Worker>();
  const running = new Map<Worker, Job<Task, Result>[]>();
  let failure: unknown = new GolemError("encoder-failed", "The worker thread ended before it was done.");
  let closed: GolemError | undefined;

  const start = (): void => {
    const worker = startWorker(script, settings);
    running.set(worker, []);
    let fatal: unknown;
    worker.on("message", (answer: WorkerAnswer<Result>) => {
      if ("failure" in answer) {
        fatal = reviveError(answer.failure);
        return;
      }
      ready.add(worker);
      const job = "ready" in answer ? undefined : running.get(worker)?.shift();
      if ("result" in answer) job?.resolve(answer.result);
      else if ("error" in answer) job?.reject(reviveError(answer.error));
      dispatch();
    });
    worker.on("error", (error) => {
      fatal ??= describeDeath(error);
    });
    worker.on("exit", () => {
      const [job, ...others] = running.get(worker) ?? [];
      running.delete(worker);
      ready.delete(worker);
      failure = fatal ?? failure;
      job?.reject(failure);
      waiting.unshift(...others);
      if (closed) return;
      // A task that kills its worker costs that task; without one to blame, trying again would loop.
      if (job) start();
      else if (running.size === 0) for (const lost of waiting.splice(0)) lost.reject(failure);
    });
  };

  const getRoom = (): number => {
    let room = -waiting.length;
    for (const worker of ready) room += ahead - running.get(worker)!.length;
    return Math.max(0, room);
  };

  const dispatch = (): void => {
    while (!closed && waiting.length > 0) {
      const [worker] = [...ready].sort((a, b) => running.get(a)!.length - running.get(b)!.length);
      if (!worker || running.get(worker)!.length >= ahead) return;
      const job = waiting.shift()!;
      running.get(worker)!.push(job);
      worker.postMessage({ task: job.task } satisfies WorkerOrder<Task>);
    }
  };

  const close = async (): Promise<void> => {
    closed ??= new GolemError("aborted", "The work was interrupted before it was done.");
    signal?.removeEventListener("abort", abort);
    for (const job of waiting.splice(0)) job.reject(closed);
    const workers = [...running.keys()];
    for (const worker of workers) for (const job of running.get(worker)!.splice(0)) job.reject(closed);
    await Promise.all(workers.map(stopWorker));
  };
  const abort = (): void => void close();
  signal?.addEventListener("abort", abort);
  for (let i = 0; i < count; i++) start();

  return {
    getRoom,
    run: (task) =>
      new Promise((resolve, reject) => {
        if (closed || running.size === 0) return reject(closed ?? failure);
        waiting.push({ task, resolve, reject });
        dispatch();
      }),
    close,
  };
}

/** Starts a worker's file: the built one, or, when this is the source, the source through tsx. */
function startWorker(script: string, settings: unknown): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL(`./${script}.js`, import.meta.url), { workerData: settings });
  }
  const source = new URL(`./${script}.ts`, import.meta.url).href;
  const code = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(code, { eval: true, workerData: settings });
}

/**
 * Lets a worker end by itself. Terminating it would take the whole process along when ONNX Runtime is at work in it: its
 * addon throws a C++ exception that nobody catches as soon as the thread may run no more JavaScript.
 */
function stopWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once("exit", () => resolve());
    worker.postMessage("stop" satisfies WorkerOrder<never>);
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
