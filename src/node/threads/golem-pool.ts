/**
 * Golems on worker threads: each worker has all golems, with shared networks, and predicts recordings in
 * memory. No slow work is done on the calling thread.
 */
import type { Device } from "../../core/device.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { createCallInput } from "../../core/worker-calls.ts";
import type { HeardClip, KeepSettings } from "../../detect/clip-cutter.ts";
import type { DetectOptions } from "../../detect/detect-settings.ts";
import type { PcmFormat } from "../../detect/pcm-reader.ts";
import type { AudioPrediction } from "../../golem/predict-embedded.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import {
  concurrentCalls,
  type ExaminedGolem,
  type GolemCalls,
  type GolemWorkerSettings,
  type Keeping,
  type ListenOptions,
  type LoadableGolem,
  type StreamReport,
} from "./golem-calls.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** A stream of bytes into a worker. */
export interface ByteSession {
  /** Sends the next bytes; their buffer is moved to the worker. */
  push(bytes: Uint8Array<ArrayBuffer>): void;
  /** Gets the number of bytes pushed but not yet received by the worker. */
  getPending(): number;
  /** Resolves when fewer than `most` bytes are pending, or the work has ended. */
  waitForRoom(most: number): Promise<void>;
  /** Ends the stream; `done` resolves when all events have been reported. */
  finish(): void;
  readonly done: Promise<void>;
}

/** The client for which the work is done; clients take turns. */
interface ClientOptions {
  readonly client: string;
  readonly signal?: AbortSignal | undefined;
}

/** Options of streams; reports arrive in order. */
interface StreamOptions extends ClientOptions {
  onReport(report: StreamReport): void;
}

/** Runs golems on workers. */
export interface GolemPool {
  /**
   * Gets the number of workers that accept calls, with every golem loaded; a dead worker is counted again
   * after it has been replaced.
   */
  getReady(): number;
  /** Gets the seconds for which workers have worked on recordings, summed over all workers. */
  getBusySeconds(): number;
  /**
   * Decodes a golem's files and fetches the weights it needs. Rejects with `golem-damaged`, `golem-version`,
   * and the errors of `resolveGolemEncoderSet` and of fetching.
   */
  examine(
    files: GolemFiles,
    options?: WorkOptions & { encoder?: string | undefined },
  ): Promise<ExaminedGolem>;
  /** Loads a golem in every worker. */
  load(golem: LoadableGolem): Promise<void>;
  /** Frees a golem in every worker. A later prediction loads it again. */
  forget(version: string): Promise<void>;
  /**
   * Predicts the recording in `bytes`, whose buffer is moved to a worker; before the answer, `onClip` gets
   * its sound if `keep` selects it. Rejects with the errors of `embedSource`, `silent`, and `aborted`: a
   * prediction that has not started is dropped, a running one ends at the next window.
   */
  predict(
    golem: LoadableGolem,
    bytes: Uint8Array<ArrayBuffer>,
    name: string,
    options: ClientOptions & Keeping & { onClip?(clip: HeardClip): void },
  ): Promise<AudioPrediction>;
  /**
   * Finds the events in a long recording whose bytes are pushed; takes turns with predictions. `done` rejects
   * like `detectSource`; it may resolve before all bytes are pushed, if the rest of the file contains no
   * sound.
   */
  detect(
    golem: LoadableGolem,
    recording: { name: string; maximumSeconds: number; keep?: KeepSettings | undefined },
    options: DetectOptions,
    stream: StreamOptions,
  ): ByteSession;
  /** Listens to a live stream in turns with predictions. `done` rejects as `createDetector`. */
  listen(golem: LoadableGolem, format: PcmFormat, options: ListenOptions, stream: StreamOptions): ByteSession;
  close(): Promise<void>;
}

/** Starts the workers; `onDeath` gets the error that ended a worker unexpectedly. */
export function createGolemPool({
  count,
  cache,
  maximumSamples,
  device,
  onDeath,
}: {
  count: number;
  cache: CacheFolder;
  maximumSamples?: number | undefined;
  device?: Device | undefined;
  onDeath?(error: unknown): void;
}): GolemPool {
  const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worked = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  /** Loaded golems by version; a worker that replaces a dead one loads them first. */
  const loaded = new Map<string, LoadableGolem>();
  const pool = createWorkerPool<GolemCalls>({
    script: "golem-worker",
    settings: { cache, busy, worked, maximumSamples, device } satisfies GolemWorkerSettings,
    count,
    concurrent: concurrentCalls,
    getFirstCalls: () => [...loaded.values()].map((argument) => ({ method: "load", argument }) as const),
    onBusy: (workers) => void Atomics.store(busy, 0, workers),
    ...(onDeath ? { onDeath } : {}),
  });
  /** Runs a call that receives bytes and sends reports. */
  const openSession = <Name extends "detect" | "listen">(
    method: Name,
    argument: Omit<GolemCalls[Name]["argument"], "client">,
    { signal, client, onReport: passOn }: StreamOptions,
  ): ByteSession => {
    const input = createCallInput<Uint8Array>();
    let pending = 0;
    let isOver = false;
    let onRoom: (() => void) | undefined;
    const onReport = (report: StreamReport): void => {
      if ("taken" in report) {
        pending -= report.taken;
        onRoom?.();
      }
      passOn(report);
    };
    const run = async (): Promise<void> => {
      try {
        const asked = { ...argument, client } as GolemCalls[Name]["argument"];
        await pool.run<"detect" | "listen">(method, asked, { signal, client, input, onReport });
      } finally {
        isOver = true;
        // Without this, bytes pushed to a call that never started would stay in memory.
        input.connect(() => {});
        onRoom?.();
      }
    };
    return {
      done: run(),
      push(bytes) {
        pending += bytes.length;
        input.push(bytes, [bytes.buffer]);
      },
      getPending: () => pending,
      async waitForRoom(most) {
        while (!isOver && pending >= most) {
          await new Promise<void>((resolve) => {
            onRoom = resolve;
          });
        }
      },
      finish: () => input.end(),
    };
  };
  return {
    getReady: pool.getReady,
    getBusySeconds: () => Number(Atomics.load(worked, 0)) / 1e6,
    examine: (files, { signal, onProgress, encoder } = {}) =>
      pool.run("examine", { files, encoder }, { signal, onProgress }),
    async load(golem) {
      loaded.set(golem.version, golem);
      await pool.runOnEach("load", golem);
    },
    async forget(version) {
      loaded.delete(version);
      await pool.runOnEach("forget", version);
    },
    predict: (golem, bytes, name, { client, signal, keep, onClip }) =>
      pool.run(
        "predict",
        { golem, client, bytes, name, keep },
        { signal, client, transfer: [bytes.buffer], onReport: ({ clip }) => onClip?.(clip) },
      ),
    detect: (golem, recording, options, streamOptions) =>
      openSession("detect", { golem, ...recording, options }, streamOptions),
    listen: (golem, format, options, streamOptions) =>
      openSession("listen", { golem, format, options }, streamOptions),
    close: pool.close,
  };
}

/** Copies the files to shared memory. */
export function shareGolemFiles({ document, tensors, training, text }: GolemFiles): GolemFiles {
  const share = (bytes: Uint8Array): Uint8Array => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  };
  return {
    document: share(document),
    tensors: share(tensors),
    ...(training ? { training: share(training) } : {}),
    ...(text ? { text: share(text) } : {}),
  };
}
