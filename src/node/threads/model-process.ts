/**
 * The body of a process that runs a foreign model: its calls go to a thread, and this one watches what they cost.
 *
 * A model can loop forever or allocate without end, and neither a thread inside ONNX Runtime nor the runtime
 * itself can be stopped. This process can: it ends itself when a call takes more processor time than it was
 * given, when it holds more memory than it may, or when its parent is gone.
 * Not its concern: what a call does (model-worker.ts), who calls (models/isolated-model.ts).
 */
import type { ModelMessage } from "../models/isolated-model.ts";
import { startThread } from "./worker-thread.ts";

/** Milliseconds between two looks at processor time and memory. */
const watchMilliseconds = 50;

const worker = startThread("model-worker");
const memoryBytes = Number(process.argv[2]);
let limit: { readonly seconds: number; readonly start: number } | undefined;

function getProcessorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Says why, and ends without another step of the model. */
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
// Ctrl-C reaches all processes of a terminal; the parent decides.
process.on("SIGINT", () => {});

setInterval(() => {
  if (process.memoryUsage.rss() > memoryBytes) {
    end(`it needs more than ${(memoryBytes / 2 ** 30).toFixed(1)} GB of memory`);
  } else if (limit && getProcessorSeconds() - limit.start > limit.seconds) {
    end(`it has not ended after ${Math.round(limit.seconds)} s of processor time`);
  }
}, watchMilliseconds);
