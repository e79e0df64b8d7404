/**
 * Decodes Parquet values on a thread that can be ended: a hostile file can keep a decoder busy for good, or
 * exhaust the heap.
 *
 * Each reading has a deadline that follows from the bytes it may decode; time spent waiting for bytes does not
 * count. The thread runs nothing but JavaScript, so ending it is safe.
 * Not its concern: Parquet (dataset/parquet-file.ts), where bytes come from.
 */
import type { Worker } from "node:worker_threads";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { type Caller, createCaller, createCallInput } from "../../core/worker-calls.ts";
import type { ParquetReader, ParquetRequest } from "../../dataset/parquet-file.ts";
import { startThread } from "../threads/worker-thread.ts";

/** The methods of the thread. */
export type ParquetCalls = {
  readValues: {
    argument: { readonly byteLength: number; readonly request: ParquetRequest };
    answer: Record<string, unknown>[];
    report: { readonly id: number; readonly start: number; readonly end: number };
    chunk: { readonly id: number; readonly bytes: ArrayBuffer };
  };
};

/** Time for any reading, in milliseconds, and bytes decoded per millisecond beyond it; usual are 50,000. */
const graceMilliseconds = 3000;
const slowestBytesPerMillisecond = 1000;
/** Of the thread's heap; recordings lie outside of it. */
const heapMegabytes = 2048;
/** Milliseconds without work after which the thread ends. */
const idleMilliseconds = 2000;

interface ParquetThread {
  readonly worker: Worker;
  readonly caller: Caller<ParquetCalls>;
  calls: number;
  idle?: NodeJS.Timeout;
}

let current: ParquetThread | undefined;

/** Creates a reader that decodes on the thread; readings reject with `aborted` as soon as the signal says so. */
export function createThreadReader({ signal }: WorkOptions): ParquetReader {
  return async (file, request) => {
    throwIfAborted(signal);
    const thread = holdThread();
    const input = createCallInput<ParquetCalls["readValues"]["chunk"]>();
    const stop = (error: Error): void => endThread(thread, error);
    const abort = (): void => stop(new GolemError("aborted", "The work was interrupted before it was done."));
    const clock = createClock(getDeadline(request), () =>
      stop(new Error("decoding it takes far longer than its size allows")),
    );
    signal?.addEventListener("abort", abort, { once: true });
    let fail!: (error: unknown) => void;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const send = async ({ id, start, end }: ParquetCalls["readValues"]["report"]): Promise<void> => {
      clock.pause();
      const bytes = await file.slice(start, end);
      clock.resume();
      input.push({ id, bytes }, [bytes]);
    };
    try {
      const values = thread.caller.call(
        "readValues",
        { byteLength: file.byteLength, request },
        { input, onReport: (report) => void send(report).catch(fail) },
      );
      clock.resume();
      return await Promise.race([values, failed]);
    } catch (error) {
      // Errors of the decoder come back without their class.
      throw error instanceof GolemError && error.code === "unexpected" ? new Error(error.message) : error;
    } finally {
      clock.pause();
      signal?.removeEventListener("abort", abort);
      releaseThread(thread);
    }
  };
}

function holdThread(): ParquetThread {
  if (!current) {
    const worker = startThread("parquet-worker", {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    const thread: ParquetThread = { worker, caller: createCaller<ParquetCalls>(worker), calls: 0 };
    current = thread;
    worker.on("error", (error) => endThread(thread, new Error(`decoding it failed: ${error.message}`)));
  }
  clearTimeout(current.idle);
  current.calls++;
  current.worker.ref();
  return current;
}

function releaseThread(thread: ParquetThread): void {
  if (--thread.calls > 0 || thread !== current) return;
  thread.worker.unref();
  thread.idle = setTimeout(
    () => endThread(thread, new Error("the thread has ended")),
    idleMilliseconds,
  ).unref();
}

/** Ends the thread; all of its readings reject with `error`. */
function endThread(thread: ParquetThread, error: Error): void {
  if (current === thread) current = undefined;
  clearTimeout(thread.idle);
  thread.caller.fail(error);
  void thread.worker.terminate();
}

/** Milliseconds in which a reading must be decoded. */
function getDeadline({ metadata, columns }: ParquetRequest): number {
  let bytes = 0;
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (columns.includes(chunk?.path_in_schema[0] ?? "")) bytes += Number(chunk!.total_compressed_size);
    }
  }
  return graceMilliseconds + bytes / slowestBytesPerMillisecond;
}

/** Calls back once it has run for so long, pauses left out; one that is paused twice has to be resumed twice. */
function createClock(milliseconds: number, onLate: () => void) {
  let left = milliseconds;
  let pauses = 1;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    pause(): void {
      if (pauses++ > 0) return;
      clearTimeout(timer);
      left -= performance.now() - since;
    },
    resume(): void {
      if (--pauses > 0) return;
      since = performance.now();
      timer = setTimeout(onLate, Math.max(0, left));
    },
  };
}
