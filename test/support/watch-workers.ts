/** The worker threads that start while a test runs. */
import type { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** Watches them from now on; `ended` counts those that have ended. */
export function watchWorkers(): { started: Worker[]; ended: number } {
  const watch = { started: [] as Worker[], ended: 0 };
  const note = (worker: Worker): void => {
    watch.started.push(worker);
    worker.on("exit", () => watch.ended++);
  };
  process.on("worker", note);
  onTestFinished(() => void process.off("worker", note));
  return watch;
}
