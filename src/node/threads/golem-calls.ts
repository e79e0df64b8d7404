/**
 * The calls between the server and the worker threads that run golems: arguments, answers, reports.
 *
 * Not its concern: how workers are started and chosen (golem-pool.ts), what they do (golem-worker.ts).
 */
import type { Device, Provider } from "../../core/device.ts";
import type { ErrorRecord } from "../../core/error.ts";
import type { HeardClip, KeepSettings } from "../../detect/clip-cutter.ts";
import type { DetectOptions } from "../../detect/detect-settings.ts";
import type { DetectedEvent } from "../../detect/detector.ts";
import type { PcmFormat } from "../../detect/pcm-reader.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { AudioPrediction } from "../../golem/predict-embedded.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";

/** Settings of the workers. */
export interface GolemWorkerSettings {
  readonly cache: CacheFolder;
  /** One number in shared memory: the number of busy workers. */
  readonly busy: Int32Array;
  /** One number in shared memory: microseconds for which the workers have worked on recordings. */
  readonly worked: BigInt64Array;
  /** Maximum number of samples of all channels that are decoded for one prediction; default: no limit. */
  readonly maximumSamples?: number | undefined;
  /** Requested device for encoders; default: the processor. */
  readonly device?: Device | undefined;
}

/** The required contents of a golem's files, and its encoders. */
export interface ExaminedGolem {
  readonly document: GolemDocument;
  /** The encoders it uses, with their weights on this machine. */
  readonly encoderSet: ResolvedEncoderSet;
  /** The device on which the encoders run. */
  readonly device: Provider;
  /** The reasons if this is not the requested device. */
  readonly warnings: readonly ErrorRecord[];
}

/** A golem that any worker can load. */
export interface LoadableGolem {
  /** Different for each golem, and for each state of one golem. */
  readonly version: string;
  /** The golem's files, in shared memory. */
  readonly files: GolemFiles;
  readonly encoderSet: ResolvedEncoderSet;
  readonly device?: Provider | undefined;
}

interface Asked {
  readonly golem: LoadableGolem;
  /** The client; clients share the workers and their time in turns. */
  readonly client: string;
}

/** Which sound is reported as clips; default: none. */
export interface Keeping {
  readonly keep?: KeepSettings | undefined;
}

/** The methods of a worker. */
export type GolemCalls = {
  examine: {
    argument: { readonly files: GolemFiles; readonly encoder: string | undefined };
    answer: ExaminedGolem;
  };
  load: { argument: LoadableGolem; answer: undefined };
  /** Frees the golem of a version. */
  forget: { argument: string; answer: undefined };
  predict: {
    argument: Asked & Keeping & { readonly bytes: Uint8Array; readonly name: string };
    answer: AudioPrediction;
    report: { readonly clip: HeardClip };
  };
  /** The chunks are the bytes of the recording. */
  detect: {
    argument: Asked &
      Keeping & {
        readonly name: string;
        readonly options: DetectOptions;
        readonly maximumSeconds: number;
      };
    answer: undefined;
    report: StreamReport;
    chunk: Uint8Array;
  };
  /** The chunks are the bytes of the samples. */
  listen: {
    argument: Asked & { readonly format: PcmFormat; readonly options: ListenOptions };
    answer: undefined;
    report: StreamReport;
    chunk: Uint8Array;
  };
};

/** Methods that take long and mostly wait: they run concurrently with predictions. */
export const concurrentCalls = ["examine", "detect", "listen"] as const;

/** Options of listening to a live stream. */
export interface ListenOptions extends DetectOptions, Keeping {
  /** Sample rate of the samples in Hz; default: the golem's. */
  readonly sampleRate?: number | undefined;
  /**
   * Maximum lag of detection before windows are skipped, in seconds; default: no windows are skipped, and the
   * sender must wait.
   */
  readonly maximumLagSeconds?: number | undefined;
}

/** Reports of a worker about a stream. */
export type StreamReport =
  | { readonly event: DetectedEvent }
  /** Sound to keep, if `keep` selects it. */
  | { readonly clip: HeardClip }
  | { readonly warning: ErrorRecord }
  /** Seconds of the stream that are processed, and seconds that the worker has spent on it. */
  | { readonly seconds: number; readonly worked: number }
  /** Number of bytes received, by which a sender can adapt to the speed of the worker. */
  | { readonly taken: number }
  /** The recording can be decoded only when complete: from now on received bytes are kept. */
  | { readonly isHeld: true };
