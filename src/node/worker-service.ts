/**
 * The side of a worker thread: gets ready once, then does one task after another until it is told to stop.
 *
 * Must not know: what the work is; see worker-pool.ts for the other side.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type ErrorRecord, toErrorRecord } from "../core/error.ts";

/** What a worker is told: the next task, or to end as soon as it can. */
export type WorkerOrder<Task> = { readonly task: Task } | "stop";

/** What a worker says: that it is ready, that it cannot start, or its answer to one task. */
export type WorkerAnswer<Result> =
  | { readonly ready: true }
  | { readonly failure: ErrorRecord }
  | { readonly result: Result }
  | { readonly error: ErrorRecord };

/** Does tasks, one at a time. */
export interface TaskService<Task, Result> {
  /** `signal` is aborted when the worker is told to stop. */
  work(task: Task, signal: AbortSignal): Result | Promise<Result>;
  dispose(): Promise<void>;
}

/** Runs a service in this worker thread; `start` gets the pool's settings. */
export async function serveTasks<Settings, Task, Result>(
  start: (settings: Settings) => TaskService<Task, Result> | Promise<TaskService<Task, Result>>,
): Promise<void> {
  const port = parentPort;
  const say = (answer: WorkerAnswer<Result>): void => port?.postMessage(answer);
  try {
    const service = await start(workerData as Settings);
    const stopping = new AbortController();
    const { signal } = stopping;
    let last: Promise<void> = Promise.resolve();
    port?.on("message", (order: WorkerOrder<Task>) => {
      if (order === "stop") {
        stopping.abort();
        void last.then(() => service.dispose()).finally(() => port.close());
        return;
      }
      const { task } = order;
      last = last.then(async () => {
        if (signal.aborted) return;
        try {
          say({ result: await service.work(task, signal) });
        } catch (error) {
          say({ error: toErrorRecord(error, "unexpected") });
        }
      });
    });
    say({ ready: true });
  } catch (error) {
    say({ failure: toErrorRecord(error, "unexpected") });
    port?.close();
  }
}
