/**
 * The body of a worker thread: loads the encoder once, then embeds one file after another.
 *
 * Says so when it is ready for its first task, or why it never will be. Must not know: anything but `embedding-pool.ts`'s messages.
 */
import { parentPort, workerData } from "node:worker_threads";
import { toErrorRecord } from "../core/error.ts";
import { embedFile } from "./embed-file.ts";
import type { WorkerAnswer, WorkerOrder, WorkerSettings } from "./embedding-pool.ts";
import { loadEncoder } from "./load-encoder.ts";

const { encoder: id, audio, cache } = workerData as WorkerSettings;
const port = parentPort;
const say = (answer: WorkerAnswer): void => port?.postMessage(answer);

async function work(): Promise<void> {
  const encoder = await loadEncoder(id, { threads: 1, cache });
  const stopping = new AbortController();
  const { signal } = stopping;
  let last: Promise<void> = Promise.resolve();
  port?.on("message", (order: WorkerOrder) => {
    if (order !== "stop") {
      last = embedFile(order.path, order.name, encoder, { audio, signal }).then(
        (embedding) => say({ embedding }),
        (error: unknown) => say({ error: toErrorRecord(error, "encoder-failed") }),
      );
      return;
    }
    stopping.abort();
    void last.then(() => encoder.dispose()).finally(() => port.close());
  });
  say({ ready: true });
}

await work().catch((error: unknown) => {
  say({ failure: toErrorRecord(error, "encoder-failed") });
  port?.close();
});
