/**
 * The body of a process that runs a foreign model: a thread runs its calls, and the main thread watches their
 * time and memory.
 *
 * A model can loop or allocate without end, and neither a thread inside ONNX Runtime nor the runtime itself
 * can be stopped. A process can: it ends when a call exceeds its limit of processor time, when the process
 * exceeds its limit of memory, or when its parent has ended. Not its concern: what a call does
 * (model-worker.ts), the calling side (models/isolated-model.ts).
 */
import type { ModelMessage } from "../models/isolated-model.ts";
import { startThread } from "./worker-thread.ts";

/** Milliseconds between two checks of processor time and memory. */
const watchMilliseconds = 50;

const worker = startThread("model-worker");
const memoryBytes = Number(process.argv[2]);
let limit: { readonly seconds: number; readonly start: number } | undefined;

function getProcessorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Reports the reason and ends the process without another step of the model. */
function end(reason: string): void {
  process.send?.({ fatal: reason } satisfies ModelMessage, () => process.kill(process.pid, "SIGKILL"));
}

process.on("message", (message: { argument?: { limitSeconds?: number } }) => {
  const { limitSeconds } = message.argument ?? {};
  if (limitSeconds !== undefined) limit = { seconds: limitSeconds, start: getProcessorSeconds() };
  worker.postMessage(message);
});
worker.on("message", (message) => {
  limit = undefined;
  process.send?.(message);
});
worker.on("error", (error) => end(String(error)));
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl-C is sent to all processes of a terminal, but this one is ended by its parent.
process.on("SIGINT", () => {});

setInterval(() => {
  if (process.memoryUsage.rss() > memoryBytes) {
    end(`it needs more than ${(memoryBytes / 2 ** 30).toFixed(1)} GB of memory`);
  } else if (limit && getProcessorSeconds() - limit.start > limit.seconds) {
    end(`it has not ended after ${Math.round(limit.seconds)} s of processor time`);
  }
}, watchMilliseconds);
