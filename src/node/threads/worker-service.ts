/**
 * The side of a worker thread: gets ready once, then does one task after another until it is told to stop. Tasks that are to run
 * beside the others take turns with them instead of making them wait.
 *
 * Not its concern: what the work is; see worker-pool.ts for the other side.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type ErrorRecord, GolemError, toErrorRecord } from "../../core/error.ts";

/** What a worker is started with. */
export interface WorkerStart {
  /** Those of the pool. */
  readonly settings: unknown;
  /** Its own, from 0; among workers with as much to do the first is given the next task. */
  readonly place: number;
}

/** What a worker is told: the next task, that nobody waits for one any more, or to end as soon as it can. */
export type WorkerOrder<Task> =
  | { readonly id: number; readonly task: Task; readonly beside: boolean }
  | { readonly cancel: number }
  | "stop";

/** What a worker says: that it is ready, that it cannot start, or its answer to one task. */
export type WorkerAnswer<Result> =
  | { readonly ready: true }
  | { readonly failure: ErrorRecord }
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: ErrorRecord };

/** Does tasks, one at a time. */
export interface TaskService<Task, Result> {
  /** `signal` is aborted when nobody waits for the result any more, and when the worker is told to stop. */
  work(task: Task, signal: AbortSignal): Result | Promise<Result>;
  dispose(): Promise<void>;
}

/** Runs a service in this worker thread; `start` gets the pool's settings and the worker's place in it. */
export async function serveTasks<Settings, Task, Result>(
  start: (
    settings: Settings,
    place: number,
  ) => TaskService<Task, Result> | Promise<TaskService<Task, Result>>,
): Promise<void> {
  const port = parentPort;
  const say = (answer: WorkerAnswer<Result>): void => port?.postMessage(answer);
  try {
    const { settings, place } = workerData as WorkerStart;
    const service = await start(settings as Settings, place);
    const given = new Map<number, AbortController>();
    const beside = new Set<Promise<void>>();
    let isStopping = false;
    let last: Promise<void> = Promise.resolve();
    const work = async (id: number, task: Task, { signal }: AbortController): Promise<void> => {
      try {
        if (signal.aborted) throw new GolemError("aborted", "The work was interrupted before it was done.");
        say({ id, result: await service.work(task, signal) });
      } catch (error) {
        say({ id, error: toErrorRecord(error, "unexpected") });
      } finally {
        given.delete(id);
      }
    };
    port?.on("message", (order: WorkerOrder<Task>) => {
      if (order === "stop") {
        isStopping = true;
        for (const controller of given.values()) controller.abort();
        void Promise.all([last, ...beside])
          .then(() => service.dispose())
          .finally(() => port.close());
      } else if ("cancel" in order) {
        given.get(order.cancel)?.abort();
      } else if (!isStopping) {
        const { id, task } = order;
        const controller = new AbortController();
        given.set(id, controller);
        if (order.beside) {
          const done = work(id, task, controller).finally(() => beside.delete(done));
          beside.add(done);
        } else last = last.then(() => work(id, task, controller));
      }
    });
    say({ ready: true });
  } catch (error) {
    say({ failure: toErrorRecord(error, "unexpected") });
    port?.close();
  }
}
