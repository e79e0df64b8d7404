/**
 * Decodes Parquet values in a process that can be ended: a hostile file can keep a decoder busy forever,
 * exhaust the heap, or grow an array until the engine aborts its whole process.
 *
 * Each reading has a deadline computed from the number of bytes to decode; time spent waiting for bytes is
 * not included.
 * Not its concern: Parquet (dataset/parquet-file.ts), where bytes come from.
 */
import type { ChildProcess } from "node:child_process";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { type Caller, createCaller, createCallInput } from "../../core/worker-calls.ts";
import type { ParquetReader, ParquetRequest } from "../../dataset/parquet-file.ts";
import { startProcess, toPort } from "../threads/child-process.ts";

/** The methods of the process. */
export type ParquetCalls = {
  readValues: {
    argument: { readonly byteLength: number; readonly request: ParquetRequest };
    answer: Record<string, unknown>[];
    report: { readonly id: number; readonly start: number; readonly end: number };
    chunk: { readonly id: number; readonly bytes: ArrayBuffer };
  };
};

/** Milliseconds for any reading, and minimum bytes per millisecond beyond it; usual are 50,000. */
const usualGrace = 3000;
const slowestBytesPerMillisecond = 1000;
/** Maximum time until the process requests the first bytes, in milliseconds: the machine may be busy. */
const startMilliseconds = 30_000;
/** Limit on the process's heap; recordings are outside of it. */
const heapMegabytes = 2048;
/** Milliseconds without work after which the process ends. */
const idleMilliseconds = 2000;

interface ParquetProcess {
  readonly child: ChildProcess;
  readonly caller: Caller<ParquetCalls>;
  calls: number;
  idle?: NodeJS.Timeout;
}

let current: ParquetProcess | undefined;

/** Creates a reader that decodes in the process; readings reject with `aborted` once `signal` is. */
export function createIsolatedReader({
  signal,
  graceMilliseconds = usualGrace,
}: WorkOptions & {
  /** Time for any reading, in milliseconds; to be increased if all cores are busy for long. */
  readonly graceMilliseconds?: number;
}): ParquetReader {
  return async (file, request) => {
    throwIfAborted(signal);
    const own = holdProcess();
    const input = createCallInput<ParquetCalls["readValues"]["chunk"]>();
    const stop = (error: Error): void => endProcess(own, error);
    const abort = (): void =>
      stop(new GolemError("aborted", "The work was interrupted before it was complete."));
    const late = (): void => stop(new Error("decoding takes far too long for its size"));
    const clock = createClock(graceMilliseconds + getDecodingTime(request), late);
    const start = createClock(startMilliseconds, late);
    let isStarted = false;
    signal?.addEventListener("abort", abort, { once: true });
    let fail!: (error: unknown) => void;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const begin = (): void => {
      if (isStarted) return;
      isStarted = true;
      start.pause();
      clock.resume();
    };
    const send = async ({ id, start: from, end }: ParquetCalls["readValues"]["report"]): Promise<void> => {
      begin();
      clock.pause();
      const bytes = await file.slice(from, end);
      clock.resume();
      input.push({ id, bytes }, [bytes]);
    };
    try {
      const values = own.caller.call(
        "readValues",
        { byteLength: file.byteLength, request },
        { input, onReport: (report) => void send(report).catch(fail) },
      );
      start.resume();
      return await Promise.race([values, failed]);
    } catch (error) {
      // Errors of the decoder are received without their class.
      throw error instanceof GolemError && error.code === "unexpected" ? new Error(error.message) : error;
    } finally {
      start.pause();
      clock.pause();
      signal?.removeEventListener("abort", abort);
      releaseProcess(own);
    }
  };
}

function holdProcess(): ParquetProcess {
  if (!current) {
    const child = startProcess("parquet-worker", { flags: [`--max-old-space-size=${heapMegabytes}`] });
    const own: ParquetProcess = { child, caller: createCaller<ParquetCalls>(toPort(child)), calls: 0 };
    current = own;
    child.on("error", (error) => endProcess(own, new Error(`decoding it failed: ${error.message}`)));
    child.on("exit", () => endProcess(own, new Error("the process that decodes it ended unexpectedly")));
  }
  clearTimeout(current.idle);
  current.calls++;
  current.child.ref();
  current.child.channel?.ref();
  return current;
}

function releaseProcess(own: ParquetProcess): void {
  if (--own.calls > 0 || own !== current) return;
  own.child.unref();
  own.child.channel?.unref();
  own.idle = setTimeout(() => endProcess(own, new Error("the process has ended")), idleMilliseconds).unref();
}

/** Ends the process; all of its readings reject with `error`. */
function endProcess(own: ParquetProcess, error: Error): void {
  if (current === own) current = undefined;
  clearTimeout(own.idle);
  own.caller.fail(error);
  own.child.kill("SIGKILL");
}

/** Computes the milliseconds in which the bytes of a reading must be decoded, beyond the grace period. */
function getDecodingTime({ metadata, columns }: ParquetRequest): number {
  let bytes = 0;
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (columns.includes(chunk?.path_in_schema[0] ?? "")) bytes += Number(chunk!.total_compressed_size);
    }
  }
  return bytes / slowestBytesPerMillisecond;
}

/** Calls back after running for `milliseconds`, not counting pauses; each pause needs its own resume. */
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
