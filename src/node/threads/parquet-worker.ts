/**
 * The body of a process that decodes values of Parquet files. It reads through its caller: reports request
 * bytes, and chunks contain them.
 *
 * Not its concern: deadlines, files (hub/parquet-process.ts).
 */
import { Worker } from "node:worker_threads";
import { serveCalls } from "../../core/worker-calls.ts";
import { createParquetReader } from "../../dataset/parquet-file.ts";
import { parquetCompressors } from "../hub/parquet-compressors.ts";
import type { ParquetCalls } from "../hub/parquet-process.ts";

/** Milliseconds between two checks of whether the parent is running. */
const watchMilliseconds = 500;
const readValues = createParquetReader(parquetCompressors);

// The process ends with its parent. Ctrl-C is sent to all processes of a terminal, but is handled by the
// parent.
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
// No events are handled while values are decoded, so without this the process could outlive a killed parent.
const watch = `const parent = process.ppid;
setInterval(() => process.ppid === parent || process.kill(process.pid, "SIGKILL"), ${watchMilliseconds});`;
new Worker(watch, { eval: true, execArgv: [] }).unref();

serveCalls<ParquetCalls>(
  {
    postMessage: (message) => void process.send?.(message),
    on: (_type: "message", listener: (message: unknown) => void) => process.on("message", listener),
  },
  {
    async readValues({ byteLength, request }, { report, chunks }) {
      const pending = new Map<number, (bytes: ArrayBuffer) => void>();
      let stop!: (error: unknown) => void;
      const stopped = new Promise<never>((_, reject) => {
        stop = reject;
      });
      const take = async (): Promise<void> => {
        for await (const { id, bytes } of chunks) {
          pending.get(id)?.(bytes);
          pending.delete(id);
        }
      };
      take().catch(stop);
      let count = 0;
      const slice = (start: number, end = byteLength): Promise<ArrayBuffer> =>
        new Promise((resolve) => {
          const id = count++;
          pending.set(id, resolve);
          report({ id, start, end });
        });
      return Promise.race([readValues({ byteLength, slice }, request), stopped]);
    },
  },
  { concurrent: ["readValues"] },
);
