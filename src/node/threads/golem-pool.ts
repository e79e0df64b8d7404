/**
 * Golems on worker threads: each worker holds all of them, with networks that they share, and answers for recordings in memory. Nothing
 * that takes long happens on the calling thread.
 *
 * Not its concern: HTTP, the terminal, where recordings come from.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { ErrorRecord } from "../../core/error.ts";
import type { Progress, WorkOptions } from "../../core/progress.ts";
import type { DetectOptions } from "../../detect/detect-settings.ts";
import type { DetectedEvent } from "../../detect/detector.ts";
import type { PcmFormat } from "../../detect/pcm-reader.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { AudioPrediction } from "../../golem/predict-embedded.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** What a worker is started with. */
export interface GolemWorkerSettings {
  readonly cache: CacheFolder;
  /** One number in memory that all share: workers at work now. */
  readonly busy: Int32Array;
}

/** What a worker finds out about a golem without running it. */
export interface ExaminedGolem {
  readonly document: GolemDocument;
  /** Who listens for it, found and in place on this machine. */
  readonly encoderSet: ResolvedEncoderSet;
}

/** A golem that any worker can load by itself. */
export interface LoadableGolem {
  /** No two golems share one, nor two states of one golem. */
  readonly version: string;
  /** In memory that all workers share. */
  readonly files: GolemFiles;
  readonly encoderSet: ResolvedEncoderSet;
}

/** What workers are asked. */
export type GolemTask =
  | {
      readonly kind: "examine";
      readonly files: GolemFiles;
      readonly encoder: string | undefined;
      readonly progress: MessagePort;
    }
  | { readonly kind: "load"; readonly golem: LoadableGolem }
  | { readonly kind: "forget"; readonly version: string }
  | {
      readonly kind: "predict";
      readonly golem: LoadableGolem;
      readonly bytes: Uint8Array;
      readonly name: string;
    }
  | {
      readonly kind: "detect";
      readonly golem: LoadableGolem;
      readonly name: string;
      readonly options: DetectOptions;
      readonly maximumSeconds: number;
      /** Gets {@link StreamReport}s, gives bytes of a recording, then "end". */
      readonly port: MessagePort;
    }
  | {
      readonly kind: "listen";
      readonly golem: LoadableGolem;
      readonly format: PcmFormat;
      readonly options: ListenOptions;
      /** Gets {@link StreamReport}s, gives bytes of samples, then "end". */
      readonly port: MessagePort;
    };

/** How a live stream is listened to. */
interface ListenOptions extends DetectOptions {
  /** Of the samples, in Hz; default the golem's. */
  readonly sampleRate?: number | undefined;
  /** How far hearing may be behind before windows are left out, in seconds; default: nothing is, and the sender has to wait. */
  readonly maximumLagSeconds?: number | undefined;
}

/** What a worker tells of a stream. */
export type StreamReport =
  | { readonly event: DetectedEvent }
  | { readonly warning: ErrorRecord }
  /** Seconds of the stream done. */
  | { readonly seconds: number }
  /** Bytes taken in, for those who send no more than can be heard. */
  | { readonly taken: number }
  /** The recording has to be there as a whole before anything is heard: from now on all that is taken in is held. */
  | { readonly isHeld: true };

/** A stream of bytes that is listened to. */
export interface ByteSession {
  /** Takes the next bytes, which are the worker's from then on. */
  push(bytes: Uint8Array<ArrayBuffer>): void;
  /** Bytes pushed and not yet taken in. */
  getPending(): number;
  /** Resolves when fewer than `most` bytes are pending, or the work has ended. */
  waitForRoom(most: number): Promise<void>;
  /** Ends the stream; `done` resolves when all events were reported. */
  finish(): void;
  readonly done: Promise<void>;
}

/** Options of streams; reports come in their order. */
interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  onReport(report: StreamReport): void;
}

/** Workers that answer for golems. */
export interface GolemPool {
  /** Workers that take tasks, with every golem loaded; one that died does not count until another is in its place. */
  getReady(): number;
  /** Decodes a golem's files and puts in place what it needs. Rejects with `golem-damaged`, `golem-version`, and the errors of `resolveGolemEncoderSet` and of fetching. */
  examine(
    files: GolemFiles,
    options?: WorkOptions & { encoder?: string | undefined },
  ): Promise<ExaminedGolem>;
  /** Loads a golem in every worker. */
  load(golem: LoadableGolem): Promise<void>;
  /** Frees it in every worker. A prediction that is still to come would load it again. */
  forget(version: string): Promise<void>;
  /**
   * Predicts the recording in `bytes`, which are the workers' from then on. Rejects with the errors of `embedSource`, `silent`, and
   * `aborted`: what has not started by then is dropped, what has ends at the next window.
   */
  predict(
    golem: LoadableGolem,
    bytes: Uint8Array<ArrayBuffer>,
    name: string,
    signal?: AbortSignal,
  ): Promise<AudioPrediction>;
  /**
   * Finds what a long recording holds whose bytes are pushed; takes turns with predictions. `done` rejects like `detectSource`; it may resolve before
   * all bytes were pushed, when what is left belongs to no sound.
   */
  detect(
    golem: LoadableGolem,
    recording: { name: string; maximumSeconds: number },
    options: DetectOptions,
    stream: StreamOptions,
  ): ByteSession;
  /** Listens to a live stream of samples; takes turns with predictions. `done` rejects like `createDetector`. */
  listen(golem: LoadableGolem, format: PcmFormat, options: ListenOptions, stream: StreamOptions): ByteSession;
  close(): Promise<void>;
}

/** Starts the workers; `onDeath` is told what ended one that was not meant to end. */
export function createGolemPool({
  count,
  cache,
  onDeath,
}: {
  count: number;
  cache: CacheFolder;
  onDeath?(error: unknown): void;
}): GolemPool {
  const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  /** By version; a worker in place of one that died gets them first. */
  const loaded = new Map<string, LoadableGolem>();
  const pool = createWorkerPool<GolemTask, unknown>({
    script: "golem-worker",
    settings: { cache, busy } satisfies GolemWorkerSettings,
    count,
    getFirstTasks: () => [...loaded.values()].map((golem) => ({ kind: "load", golem }) as const),
    onBusy: (workers) => void Atomics.store(busy, 0, workers),
    ...(onDeath ? { onDeath } : {}),
  });
  /** Runs a task beside others that gets bytes and reports through a port of its own. */
  const openSession = (
    task: (port: MessagePort) => GolemTask,
    { signal, onReport }: StreamOptions,
  ): ByteSession => {
    const { port1: port, port2: far } = new MessageChannel();
    let pending = 0;
    let isOver = false;
    let onRoom: (() => void) | undefined;
    port.on("message", (report: StreamReport) => {
      if ("taken" in report) {
        pending -= report.taken;
        onRoom?.();
      }
      onReport(report);
    });
    const closed = new Promise((resolve) => port.once("close", resolve));
    const run = async (): Promise<void> => {
      try {
        await pool.run(task(far), { signal, transfer: [far], beside: true });
      } finally {
        // Reports and the result come through two ports: what was reported is here before the far end, wherever it is, has been closed.
        far.close();
        await closed;
        isOver = true;
        onRoom?.();
      }
    };
    return {
      done: run(),
      push(bytes) {
        pending += bytes.length;
        port.postMessage(bytes, [bytes.buffer]);
      },
      getPending: () => pending,
      async waitForRoom(most) {
        while (!isOver && pending >= most) {
          await new Promise<void>((resolve) => {
            onRoom = resolve;
          });
        }
      },
      finish: () => port.postMessage("end"),
    };
  };
  return {
    getReady: pool.getReady,
    async examine(files, { signal, onProgress, encoder } = {}) {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", (progress: Progress) => onProgress?.(progress));
      const task: GolemTask = { kind: "examine", files, encoder, progress: port2 };
      try {
        return (await pool.run(task, { signal, transfer: [port2], beside: true })) as ExaminedGolem;
      } finally {
        port1.close();
      }
    },
    async load(golem) {
      loaded.set(golem.version, golem);
      await pool.runOnEach({ kind: "load", golem });
    },
    async forget(version) {
      loaded.delete(version);
      await pool.runOnEach({ kind: "forget", version });
    },
    predict: async (golem, bytes, name, signal) =>
      (await pool.run(
        { kind: "predict", golem, bytes, name },
        { signal, transfer: [bytes.buffer] },
      )) as AudioPrediction,
    detect: (golem, { name, maximumSeconds }, options, streamOptions) =>
      openSession((port) => ({ kind: "detect", golem, name, options, maximumSeconds, port }), streamOptions),
    listen: (golem, format, options, streamOptions) =>
      openSession((port) => ({ kind: "listen", golem, format, options, port }), streamOptions),
    close: pool.close,
  };
}

/** The same files in memory that all workers share. */
export function shareGolemFiles({ document, tensors, training, text }: GolemFiles): GolemFiles {
  const share = (bytes: Uint8Array): Uint8Array => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  };
  return {
    document: share(document),
    tensors: share(tensors),
    training: share(training),
    ...(text ? { text: share(text) } : {}),
  };
}
