/**
 * The worker's side of a pool: starts a service once, then answers the calls of the pool by the protocol of
 * core/worker-calls.ts until the pool stops it.
 *
 * See worker-pool.ts for the pool's side.
 */
import { parentPort } from "node:worker_threads";
import { type CallMethods, type Calls, serveCalls } from "../../core/worker-calls.ts";

/** The first call to each worker. */
export type StartCalls = {
  start: {
    argument: {
      readonly settings: unknown;
      /** The worker's index in the pool, from 0. Among equally loaded workers, the first gets a call. */
      readonly place: number;
    };
    answer: undefined;
  };
};

/** The methods of a started worker. */
export interface WorkerService<All extends Calls> {
  readonly methods: CallMethods<All>;
  /** Frees the resources of the service when the worker ends. */
  dispose?(): Promise<void>;
}

interface ServeWorkerOptions<All extends Calls> {
  /** As `WorkerPoolOptions.concurrent` of the pool. */
  readonly concurrent?: readonly (keyof All & string)[];
}

/**
 * Runs a service in this worker thread; `start` gets the pool's settings, the worker's index in the pool, and
 * a signal that may abort the start.
 */
export function serveWorker<Settings, All extends Calls>(
  start: (
    settings: Settings,
    place: number,
    signal: AbortSignal,
  ) => WorkerService<All> | Promise<WorkerService<All>>,
  { concurrent }: ServeWorkerOptions<All> = {},
): void {
  const port = parentPort!;
  let service: WorkerService<All> | undefined;
  const first: CallMethods<StartCalls> = {
    async start({ settings, place }, { signal }) {
      service = await start(settings as Settings, place, signal);
      Object.assign(methods, service.methods);
      return undefined;
    },
  };
  const methods = { ...first } as CallMethods<Calls> as CallMethods<All>;
  serveCalls(port, methods, {
    concurrent,
    onStop: () => void (service?.dispose?.() ?? Promise.resolve()).finally(() => port.close()),
  });
}
