/**
 * A pool of worker threads with the same methods: selects the worker for each call, and replaces dead
 * workers. Calls and answers use the protocol of core/worker-calls.ts; the worker's side is
 * `serveWorker` in worker-service.ts.
 *
 * A call that kills its worker is rejected, and a new worker replaces the dead one. A worker that dies
 * without a call is replaced too, but only a few times in a row.
 */
import { GolemError } from "../../core/error.ts";
import type { CallOptions, Calls } from "../../core/worker-calls.ts";
import {
  findWorker,
  getLoad,
  type Job,
  type PoolWorker,
  startPoolWorker,
  stopPoolWorkers,
} from "./pool-worker.ts";
import { WorkerDeath } from "./worker-thread.ts";

/**
 * Maximum number of consecutive deaths in one place of the pool without a call as their cause and without a
 * completed call in between; then the worker is not replaced.
 */
const maximumIdleDeaths = 3;

type Call<All extends Calls> = {
  [Name in keyof All & string]: { readonly method: Name; readonly argument: All[Name]["argument"] };
}[keyof All & string];

/** Options of a pool. */
export interface WorkerPoolOptions<All extends Calls> {
  /** Name of the worker's file in this folder, without extension. */
  readonly script: string;
  /** Settings that `serveWorker` gets; plain data or shared memory. */
  readonly settings: unknown;
  readonly count: number;
  /** Maximum number of unanswered calls of a worker; default 1. */
  readonly ahead?: number;
  /**
   * Methods that start at once, concurrently with the worker's other calls, for long work that mostly waits;
   * the same as in `serveWorker`.
   */
  readonly concurrent?: readonly (keyof All & string)[];
  readonly signal?: AbortSignal | undefined;
  /** Returns the calls that a worker must complete before it replaces a dead one. */
  getFirstCalls?(): readonly Call<All>[];
  /** Called with the error that ended a worker, unless the pool was closed. */
  onDeath?(error: unknown): void;
  /** Called with the number of busy workers whenever it may have changed. */
  onBusy?(workers: number): void;
}

interface WorkerPool<All extends Calls> {
  /** Gets the number of calls that could start at once. */
  getRoom(): number;
  /** Gets the number of workers that accept calls; 0 if all have died and none was replaced. */
  getReady(): number;
  /**
   * Runs a call. Rejects with the error of the method, with `aborted`, or with the error that ended the
   * worker. Aborting drops a call that has not started, and aborts the method's own signal for one that has.
   */
  run<Name extends keyof All & string>(
    method: Name,
    argument: All[Name]["argument"],
    options?: CallOptions<All[Name]> & {
      /** The client of the call; clients of waiting calls take turns. Default: one for all. */
      readonly client?: string | undefined;
    },
  ): Promise<All[Name]["answer"]>;
  /** Runs a call on each worker, but not on workers that later replace dead ones. */
  runOnEach<Name extends keyof All & string>(
    method: Name,
    argument: All[Name]["argument"],
  ): Promise<All[Name]["answer"][]>;
  /** Stops running calls; calls without an answer are rejected. */
  close(): Promise<void>;
}

/** Starts the workers; calls wait until one is ready. */
export function createWorkerPool<All extends Calls>(options: WorkerPoolOptions<All>): WorkerPool<All> {
  const { script, settings, count, ahead = 1, concurrent = [], signal } = options;
  const waiting: Job[] = [];
  const workers = new Set<PoolWorker>();
  let failure: unknown = new WorkerDeath(
    "encoder-failed",
    "The worker thread ended before its calls were complete.",
  );
  let closed: GolemError | undefined;
  const turns = createTurns();
  const reportBusy = (): void => options.onBusy?.(countBusy(workers));

  const start = (place: number, idleDeaths: number, firstCalls: readonly Call<All>[] = []): void => {
    const onStart = async (worker: PoolWorker): Promise<void> => {
      await runFirstCalls(firstCalls, (job) => give(worker, job));
      worker.isReady = workers.has(worker);
      if (worker.isReady) dispatch();
    };
    const onExit = (worker: PoolWorker, fatal: unknown, cannotStart: boolean): void => {
      workers.delete(worker);
      reportBusy();
      failure = fatal ?? failure;
      if (!closed) options.onDeath?.(failure);
      replace(worker, cannotStart);
      worker.jobs.clear();
      worker.caller.fail(failure);
    };
    workers.add(startPoolWorker(script, { settings, place }, idleDeaths, { onStart, onExit }));
  };

  /** Rejects a dead worker's running calls, gives its other calls to others, starts a replacement. */
  const replace = (worker: PoolWorker, cannotStart: boolean): void => {
    const lost = [...worker.jobs];
    const again = getRepeatable(lost);
    for (const job of lost) if (!again.includes(job)) job.reject(failure);
    waiting.unshift(...again);
    for (const job of take(waiting, ({ only }) => only === worker)) job.reject(failure);
    if (closed) return;
    const deaths = lost.some(({ isFirst }) => !isFirst) ? 0 : worker.idleDeaths + 1;
    // If a call killed the worker, only that call is lost; without one, replacing it could loop forever.
    if (deaths === 0 || (!cannotStart && deaths <= maximumIdleDeaths)) {
      start(worker.place, deaths, options.getFirstCalls?.());
    } else if (workers.size === 0) for (const job of waiting.splice(0)) job.reject(failure);
  };

  /** Gives waiting jobs to workers with free capacity: clients take turns, each with its oldest job first. */
  const dispatch = (): void => {
    while (!closed) {
      const next = turns.findNext(waiting, workers, ahead);
      if (!next) break;
      waiting.splice(waiting.indexOf(next.job), 1);
      give(next.worker, next.job);
    }
    turns.forget(waiting, workers);
  };

  const give = (worker: PoolWorker, job: Job): void => {
    worker.jobs.add(job);
    reportBusy();
    const settle = (finish: () => void): void => {
      // The job of a dead worker was rejected or given to another worker.
      if (!worker.jobs.delete(job)) return;
      reportBusy();
      if (!job.isFirst) worker.idleDeaths = 0;
      finish();
      dispatch();
    };
    worker.caller.call(job.method, job.argument, job.options).then(
      (answer) => settle(() => job.resolve(answer)),
      (error: unknown) => settle(() => job.reject(error)),
    );
  };

  const add = async (call: Omit<Job, "isConcurrent" | "resolve" | "reject">): Promise<unknown> => {
    if (closed || workers.size === 0) throw closed ?? failure;
    return enqueue(waiting, { ...call, isConcurrent: concurrent.includes(call.method) }, dispatch);
  };

  const close = async (): Promise<void> => {
    closed ??= createAborted();
    signal?.removeEventListener("abort", abort);
    for (const job of waiting.splice(0)) job.reject(closed);
    await stopPoolWorkers([...workers], closed);
  };
  const abort = (): void => void close();
  signal?.addEventListener("abort", abort);
  for (let place = 0; place < count; place++) start(place, 0);

  return {
    getRoom: () => Math.max(0, countRoom(workers, ahead) - waiting.length),
    getReady: () => [...workers].filter(({ isReady }) => isReady).length,
    run: (method, argument, { client = "", ...callOptions } = {}) =>
      add({ method, argument, options: callOptions as Job["options"], client }),
    runOnEach: (method, argument) =>
      Promise.all(
        [...workers].map((worker) => add({ method, argument, options: {}, client: "", only: worker })),
      ),
    close,
  };
}

function countBusy(workers: ReadonlySet<PoolWorker>): number {
  return [...workers].filter(({ jobs }) => jobs.size > 0).length;
}

/** Counts the calls for which ready workers have free capacity. */
function countRoom(workers: ReadonlySet<PoolWorker>, ahead: number): number {
  let room = 0;
  for (const worker of workers) if (worker.isReady) room += ahead - getLoad(worker);
  return room;
}

/**
 * Settles when a new worker has answered its first calls. Errors are ignored; they occur again in the calls
 * that they affect.
 */
async function runFirstCalls(
  calls: readonly Pick<Job, "method" | "argument">[],
  give: (job: Job) => void,
): Promise<void> {
  const answers = calls.map(
    (call) =>
      new Promise((resolve, reject) => {
        give({ ...call, options: {}, isConcurrent: false, client: "", isFirst: true, resolve, reject });
      }),
  );
  await Promise.allSettled(answers);
}

/**
 * Puts a call in the queue, dispatches it, and settles with its answer. Aborting drops it while it waits; a
 * call that has been sent is aborted by its caller.
 */
async function enqueue(
  waiting: Job[],
  call: Omit<Job, "resolve" | "reject">,
  dispatch: () => void,
): Promise<unknown> {
  const { signal } = call.options;
  if (signal?.aborted) throw createAborted();
  let drop = (): void => {};
  const settled = new Promise((resolve, reject) => {
    const job: Job = { ...call, resolve, reject };
    drop = () => {
      for (const dropped of take(waiting, (other) => other === job)) dropped.reject(createAborted());
    };
    signal?.addEventListener("abort", drop, { once: true });
    waiting.push(job);
    dispatch();
  });
  return settled.finally(() => signal?.removeEventListener("abort", drop));
}

/** Creates the order of waiting jobs: clients take turns, each with its oldest job first. */
function createTurns() {
  /** For each client with calls: the number of the last call that was given to a worker. */
  const served = new Map<string, number>();
  let given = 0;
  return {
    /** Finds the next job for which a worker has free capacity, and counts it as given. */
    findNext(
      waiting: readonly Job[],
      workers: ReadonlySet<PoolWorker>,
      ahead: number,
    ): { readonly job: Job; readonly worker: PoolWorker } | undefined {
      let best: { readonly job: Job; readonly worker: PoolWorker } | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const job of waiting) {
        const since = served.get(job.client) ?? 0;
        const worker = since < least ? findWorker(workers, job, ahead) : undefined;
        if (!worker) continue;
        best = { job, worker };
        least = since;
      }
      if (best) served.set(best.job.client, ++given);
      return best;
    },
    /** Removes clients without calls. */
    forget(waiting: readonly Job[], workers: ReadonlySet<PoolWorker>): void {
      const running = [...workers].flatMap(({ jobs }) => [...jobs]);
      const present = new Set([...waiting, ...running].map(({ client }) => client));
      for (const client of served.keys()) if (!present.has(client)) served.delete(client);
    },
  };
}

/** Removes waiting jobs from the queue. */
function take(waiting: Job[], isWanted: (job: Job) => boolean): Job[] {
  const taken = waiting.filter(isWanted);
  for (const job of taken) waiting.splice(waiting.indexOf(job), 1);
  return taken;
}

/** Gets the jobs of a dead worker that other workers can run: those after the running one. */
function getRepeatable(lost: readonly Job[]): readonly Job[] {
  const running = lost.findIndex(({ isConcurrent }) => !isConcurrent);
  return lost.slice(running + 1).filter(({ isConcurrent, only, isFirst, options }) => {
    return !(isConcurrent || only || isFirst || options.transfer || options.input);
  });
}

function createAborted(): GolemError {
  return new GolemError("aborted", "The work was interrupted before it was complete.");
}
