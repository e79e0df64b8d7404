/**
 * One worker of a pool: its thread, its calls, its load, and its end.
 *
 * Not its concern: waiting calls and the replacement of dead workers (worker-pool.ts).
 */
import type { Worker } from "node:worker_threads";
import { type Caller, type CallOptions, type Calls, createCaller } from "../../core/worker-calls.ts";
import type { StartCalls } from "./worker-service.ts";
import { describeDeath, startThread, waitForExit } from "./worker-thread.ts";

/** A call with its caller. */
export interface Job {
  readonly method: string;
  readonly argument: unknown;
  readonly options: CallOptions<Calls[string]>;
  readonly isConcurrent: boolean;
  /** The client of the call; clients take turns. */
  readonly client: string;
  /** The only worker that may run it. */
  readonly only?: PoolWorker;
  /** Whether it is a call that prepares a worker, and is not blamed for the worker's death. */
  readonly isFirst?: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** A worker and its calls. */
export interface PoolWorker {
  readonly thread: Worker;
  readonly caller: Caller<Calls>;
  readonly place: number;
  /** Calls sent and not answered, in the order in which they were sent. */
  readonly jobs: Set<Job>;
  /** Whether it accepts calls. */
  isReady: boolean;
  /** Number of workers that died in this place of the pool since a call was last completed there. */
  idleDeaths: number;
}

interface PoolWorkerEvents {
  /** Its service has started. */
  onStart(worker: PoolWorker): void;
  /** Its thread has ended; `fatal`: by which error, if known; `cannotStart`: its service did not start. */
  onExit(worker: PoolWorker, fatal: unknown, cannotStart: boolean): void;
}

/** Starts a worker that is not ready yet. */
export function startPoolWorker(
  script: string,
  start: StartCalls["start"]["argument"],
  idleDeaths: number,
  { onStart, onExit }: PoolWorkerEvents,
): PoolWorker {
  const thread = startThread(script);
  const caller = createCaller<Calls & StartCalls>(thread);
  const worker: PoolWorker = {
    ...{ thread, caller, place: start.place, idleDeaths },
    ...{ jobs: new Set(), isReady: false },
  };
  let fatal: unknown;
  let cannotStart = false;
  let hasExited = false;
  caller.call("start", start).then(
    () => onStart(worker),
    (error: unknown) => {
      if (hasExited) return;
      cannotStart = true;
      fatal = error;
      caller.stop();
    },
  );
  thread.on("error", (error) => {
    fatal ??= describeDeath(error);
  });
  thread.on("exit", () => {
    hasExited = true;
    onExit(worker, fatal, cannotStart);
  });
  return worker;
}

/** Rejects the calls of workers with `error`; resolves once their threads have ended. */
export async function stopPoolWorkers(workers: readonly PoolWorker[], error: unknown): Promise<void> {
  for (const { jobs, caller } of workers) {
    for (const job of jobs) job.reject(error);
    jobs.clear();
    caller.fail(error);
  }
  await Promise.all(
    workers.map(({ thread, caller }) => {
      const exited = waitForExit(thread);
      caller.stop();
      return exited;
    }),
  );
}

/** Gets the number of a worker's calls that prevent others from starting. */
export function getLoad({ jobs }: PoolWorker): number {
  let load = 0;
  for (const { isConcurrent } of jobs) if (!isConcurrent) load++;
  return load;
}

/** Finds the ready worker with the lowest load; among equals, the first in the pool. */
export function findWorker(
  workers: Iterable<PoolWorker>,
  { isConcurrent, only }: Job,
  ahead: number,
): PoolWorker | undefined {
  const count = isConcurrent ? ({ jobs }: PoolWorker) => jobs.size : getLoad;
  let best: PoolWorker | undefined;
  for (const worker of only ? [only] : workers) {
    if (!worker.isReady || !(isConcurrent || getLoad(worker) < ahead)) continue;
    const difference = best ? count(worker) - count(best) || worker.place - best.place : -1;
    if (difference < 0) best = worker;
  }
  return best;
}
