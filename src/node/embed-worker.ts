/**
 * The body of a worker thread: loads the encoder once, then embeds one file after another.
 *
 * Says so when it is ready for its first task, or why it never will be. Must not know: anything but `embedding-pool.ts`'s messages.
 */
import { parentPort, workerData } from "node:worker_threads";
import { toErrorRecord } from "../core/error.ts";
import { embedFile } from "./embed-file.ts";
import type { WorkerAnswer, WorkerSettings, WorkerTask } from "./embedding-pool.ts";
import { loadEncoder } from "./load-encoder.ts";

const { encoder: id, audio, cache } = workerData as WorkerSettings;
const port = parentPort;
const say = (answer: WorkerAnswer): void => port?.postMessage(answer);
try {
  const encoder = await loadEncoder(id, { threads: 1, cache });
  port?.on("message", async ({ path, name }: WorkerTask) => {
    const answer: WorkerAnswer = await embedFile(path, name, encoder, { audio }).then(
      (embedding) => ({ embedding }),
      (error: unknown) => ({ error: toErrorRecord(error, "encoder-failed") }),
    );
    say(answer);
  });
  say({ ready: true });
} catch (error) {
  say({ failure: toErrorRecord(error, "encoder-failed") });
}
