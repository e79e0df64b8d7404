/**
 * The body of a process that decodes values of Parquet files. It reads through its caller: reports say which bytes
 * it needs, and chunks bring them.
 *
 * Not its concern: deadlines, files (hub/parquet-process.ts).
 */
import { Worker } from "node:worker_threads";
import { serveCalls } from "../../core/worker-calls.ts";
import { createParquetReader } from "../../dataset/parquet-file.ts";
import { parquetCompressors } from "../hub/parquet-compressors.ts";
import type { ParquetCalls } from "../hub/parquet-process.ts";

/** Milliseconds between two looks whether the parent is still there. */
const watchMilliseconds = 500;
const readValues = createParquetReader(parquetCompressors);

// Ends with its parent; Ctrl-C reaches all processes of a terminal, and the parent decides.
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
// While values are decoded no event arrives, and a parent that was killed would leave a process that never ends.
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
