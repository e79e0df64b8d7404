/**
 * Starts worker threads that run a file of this folder.
 *
 * Not its concern: the calls sent to them (worker-pool.ts).
 */
import { Worker, type WorkerOptions } from "node:worker_threads";
import { GolemError } from "../../core/error.ts";
import { getModuleUrl, isSourceUrl } from "../disk/package-place.ts";

/** Starts a worker's file: the built one, or the source through tsx. */
export function startThread(script: string, options: WorkerOptions = {}): Worker {
  const url = getModuleUrl(`node/threads/${script}`);
  if (!isSourceUrl(url)) return new Worker(url, options);
  const code = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); });`;
  return new Worker(code, { ...options, eval: true });
}

/**
 * Waits until a thread has ended by itself. Terminating it while ONNX Runtime is running would end the whole
 * process: its addon throws an uncaught C++ exception as soon as the thread can no longer run JavaScript.
 */
export function waitForExit(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    thread.once("exit", () => resolve());
  });
}

/** The error of calls whose worker ended before it answered. */
export class WorkerDeath extends GolemError {}

/** Describes what ended a worker that could not report it, such as running out of memory. */
export function describeDeath(error: unknown): WorkerDeath {
  return new WorkerDeath("encoder-failed", `The worker thread stopped: ${String(error)}`, {
    hint: "If it ran out of memory, leave the recording out or divide it into shorter ones.",
    cause: error,
  });
}
