/** Calls between a page and its workers, by the protocol of core/worker-calls.ts. */
import { GolemError } from "../core/error.ts";
import {
  type Caller,
  type CallMethods,
  type CallPort,
  type Calls,
  createCaller,
  serveCalls,
} from "../core/worker-calls.ts";

/**
 * Creates the page's side. If a worker dies, all calls reject with the error that `describe` creates from the
 * browser's message.
 */
export function createWorkerCaller<All extends Calls>(
  worker: Worker,
  describe: (message: string) => GolemError = describeDeath,
): Caller<All> {
  const caller = createCaller<All>(worker);
  worker.addEventListener("error", ({ message }) => caller.fail(describe(message)));
  return caller;
}

function describeDeath(message: string): GolemError {
  return new GolemError("unexpected", message || "A worker stopped.", { hint: "Reload the page." });
}

/** Answers calls in this worker in order, except those in `concurrent`, which start at once. */
export function serveWorkerCalls<All extends Calls>(
  methods: CallMethods<All>,
  concurrent: readonly (keyof All & string)[] = [],
): void {
  serveCalls(globalThis as unknown as CallPort, methods, { concurrent });
}
