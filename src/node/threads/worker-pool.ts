/**
 * A pool of worker threads that all do one kind of work: tasks in, results or errors out, in the order they are ready.
 *
 * The other side of each worker is `serveTasks` in worker-service.ts. A task that kills its worker is rejected, and a new
 * worker takes its place; so it does where a worker died with nothing to do, but not again and again.
 * Not its concern: what the work is.
 */
import { type Transferable, Worker } from "node:worker_threads";
import { type ErrorCode, type ErrorRecord, GolemError } from "../../core/error.ts";
import type { WorkerAnswer, WorkerOrder, WorkerStart } from "./worker-service.ts";

/** Deaths of a worker and those in its place, with no task to blame and none done in between, that are made up for. */
const maximumIdleDeaths = 3;

/** How a pool is made. */
export interface WorkerPoolOptions<Task> {
  /** Name of the worker's file in this folder, without its ending. */
  readonly script: string;
  /** What `serveTasks` is started with; plain data or shared memory. */
  readonly settings: unknown;
  readonly count: number;
  /** Tasks a worker is given before it has answered the first, default 1. */
  readonly ahead?: number;
  readonly signal?: AbortSignal | undefined;
  /** Tasks for a worker that takes the place of one that died, before it counts as ready. */
  getFirstTasks?(): readonly Task[];
  /** Is told what ended a worker, unless the pool was closed. */
  onDeath?(error: unknown): void;
  /** Is told how many workers are at work whenever it may have changed. */
  onBusy?(workers: number): void;
}

/** How one task is run. */
interface TaskOptions {
  /** Aborting it drops the task where it has not started, and aborts the worker's own signal for it where it has. */
  readonly signal?: AbortSignal | undefined;
  /** What of the task is moved to the worker instead of copied. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** Run it at once and let it take turns with the others, for work that lasts and mostly waits. */
  readonly beside?: boolean | undefined;
}

/** Something that runs tasks. */
export interface WorkerPool<Task, Result> {
  /** Tasks that could start at once. */
  getRoom(): number;
  /** Workers that take tasks; none once all have died and were not replaced. */
  getReady(): number;
  /** Rejects with the error of the task, with `aborted`, or with what ended its worker. */
  run(task: Task, options?: TaskOptions): Promise<Result>;
  /** Runs a task on each worker; those that are started later, in place of one that died, do not get it. */
  runOnEach(task: Task): Promise<Result[]>;
  /** Stops what is running; what has not been answered by then is rejected. */
  close(): Promise<void>;
}

interface Job<Task, Result> extends TaskOptions {
  readonly task: Task;
  /** The only worker that may do it. */
  readonly only?: Worker;
  /** Whether it is one of those that make a worker ready: it is not to blame for its death. */
  readonly isFirst?: boolean;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Starts the workers; tasks wait until one is ready. */
export function createWorkerPool<Task, Result>(options: WorkerPoolOptions<Task>): WorkerPool<Task, Result> {
  const { script, settings, count, ahead = 1, signal } = options;
  type OwnJob = Job<Task, Result>;
  const waiting: OwnJob[] = [];
  /** Workers that take tasks, and the place each has in the pool. */
  const ready = new Map<Worker, number>();
  /** What each worker was given and has not answered, in the order it was given. */
  const running = new Map<Worker, Map<number, OwnJob>>();
  let failure: unknown = new GolemError("encoder-failed", "The worker thread ended before it was done.");
  let closed: GolemError | undefined;
  let nextId = 0;

  const tellBusy = (): void => {
    let busy = 0;
    for (const jobs of running.values()) if (jobs.size > 0) busy++;
    options.onBusy?.(busy);
  };

  /** `deaths`: of those before it in its place that had done nothing. */
  const start = (place: number, deaths: number, firstTasks: readonly Task[] = []): void => {
    const worker = startWorker(script, { settings, place });
    const jobs = new Map<number, OwnJob>();
    running.set(worker, jobs);
    let idleDeaths = deaths;
    let fatal: unknown;
    let cannotStart = false;
    const prepare = async (): Promise<void> => {
      const first = firstTasks.map(
        (task) =>
          new Promise<Result>((resolve, reject) => {
            give(worker, { task, isFirst: true, resolve, reject });
          }),
      );
      // What a first task could not do is said again by the tasks that need it.
      await Promise.allSettled(first);
      if (!running.has(worker)) return;
      ready.set(worker, place);
      dispatch();
    };
    worker.on("message", (answer: WorkerAnswer<Result>) => {
      if ("ready" in answer) void prepare();
      else if ("failure" in answer) {
        cannotStart = true;
        fatal = reviveError(answer.failure);
      } else {
        const job = jobs.get(answer.id);
        jobs.delete(answer.id);
        tellBusy();
        if (!job?.isFirst) idleDeaths = 0;
        if ("result" in answer) job?.resolve(answer.result);
        else job?.reject(reviveError(answer.error));
        dispatch();
      }
    });
    worker.on("error", (error) => {
      fatal ??= describeDeath(error);
    });
    worker.on("exit", () => {
      running.delete(worker);
      ready.delete(worker);
      tellBusy();
      failure = fatal ?? failure;
      if (!closed) options.onDeath?.(failure);
      const lost = [...jobs.values()];
      const wasAtWork = lost.some((job) => !job.isFirst);
      const again = lost.splice(lost.findIndex((job) => !job.beside) + 1).filter((job) => {
        return !(job.beside || job.only || job.transfer || job.isFirst);
      });
      for (const job of jobs.values()) if (!again.includes(job)) job.reject(failure);
      waiting.unshift(...again);
      for (const job of take((job) => job.only === worker)) job.reject(failure);
      if (closed) return;
      // A task that kills its worker costs that task; without one to blame, trying again and again would loop.
      if (wasAtWork) start(place, 0, options.getFirstTasks?.());
      else if (!cannotStart && idleDeaths < maximumIdleDeaths)
        start(place, idleDeaths + 1, options.getFirstTasks?.());
      else if (running.size === 0) for (const job of waiting.splice(0)) job.reject(failure);
    });
  };

  /** Takes jobs that wait out of the queue. */
  const take = (isWanted: (job: OwnJob) => boolean): OwnJob[] => {
    const taken = waiting.filter(isWanted);
    for (const job of taken) waiting.splice(waiting.indexOf(job), 1);
    return taken;
  };

  /** Tasks of a worker that keep others from starting. */
  const getLoad = (worker: Worker): number => {
    let load = 0;
    for (const job of running.get(worker)!.values()) if (!job.beside) load++;
    return load;
  };

  const getRoom = (): number => {
    let room = -waiting.length;
    for (const worker of ready.keys()) room += ahead - getLoad(worker);
    return Math.max(0, room);
  };

  /** Gives what waits to workers that have room, oldest first. */
  const dispatch = (): void => {
    for (let i = 0; !closed && i < waiting.length; ) {
      const job = waiting[i]!;
      const worker = findWorker(job);
      if (worker) {
        waiting.splice(i, 1);
        give(worker, job);
      } else i++;
    }
  };

  const findWorker = (job: OwnJob): Worker | undefined => {
    const count = job.beside ? (worker: Worker) => running.get(worker)!.size : getLoad;
    let best: Worker | undefined;
    for (const worker of job.only ? [job.only] : ready.keys()) {
      if (!ready.has(worker) || !(job.beside || getLoad(worker) < ahead)) continue;
      const difference = best ? count(worker) - count(best) || ready.get(worker)! - ready.get(best)! : -1;
      if (difference < 0) best = worker;
    }
    return best;
  };

  const give = (worker: Worker, job: OwnJob): void => {
    const id = nextId++;
    const order: WorkerOrder<Task> = { id, task: job.task, beside: job.beside ?? false };
    try {
      worker.postMessage(order, job.transfer);
    } catch (error) {
      job.reject(error);
      return;
    }
    running.get(worker)!.set(id, job);
    tellBusy();
  };

  const add = (task: Task, options: TaskOptions, only?: Worker): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (closed || running.size === 0) return reject(closed ?? failure);
      const { signal } = options;
      const abort = (): void => {
        if (take((waitingJob) => waitingJob === job).length > 0) job.reject(createAborted());
        for (const [worker, jobs] of running) {
          for (const [id, given] of jobs) {
            if (given === job) worker.postMessage({ cancel: id } satisfies WorkerOrder<never>);
          }
        }
      };
      const job: OwnJob = {
        ...options,
        task,
        ...(only ? { only } : {}),
        resolve: (result) => {
          signal?.removeEventListener("abort", abort);
          resolve(result);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      if (signal?.aborted) return reject(createAborted());
      signal?.addEventListener("abort", abort, { once: true });
      waiting.push(job);
      dispatch();
    });

  const close = async (): Promise<void> => {
    closed ??= createAborted();
    signal?.removeEventListener("abort", abort);
    for (const job of waiting.splice(0)) job.reject(closed);
    const workers = [...running.keys()];
    for (const worker of workers) {
      const jobs = running.get(worker)!;
      for (const job of jobs.values()) job.reject(closed);
      jobs.clear();
    }
    await Promise.all(workers.map(stopWorker));
  };
  const abort = (): void => void close();
  signal?.addEventListener("abort", abort);
  for (let i = 0; i < count; i++) start(i, 0);

  return {
    getRoom,
    getReady: () => ready.size,
    run: (task, taskOptions = {}) => add(task, taskOptions),
    runOnEach: (task) => Promise.all([...running.keys()].map((worker) => add(task, {}, worker))),
    close,
  };
}

/** Starts a worker's file: the built one, or, when this is the source, the source through tsx. */
function startWorker(script: string, workerData: WorkerStart): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL(`./${script}.js`, import.meta.url), { workerData });
  }
  const source = new URL(`./${script}.ts`, import.meta.url).href;
  const code = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(code, { eval: true, workerData });
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

function createAborted(): GolemError {
  return new GolemError("aborted", "The work was interrupted before it was done.");
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
