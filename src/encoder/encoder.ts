/** The interface of encoders, and the merging of a recording's windows into one vector. */
import { GolemError } from "../core/error.ts";
import { mergeMoments } from "./pooling.ts";

/** Identity of an encoder, and the format of its input. Stored in every golem. */
export interface EncoderInfo {
  /** "moonshine-tiny", "mfcc" ... */
  readonly id: string;
  /** Version of the weights: a package version, a commit. "1" for encoders without weights. */
  readonly revision: string;
  /** SHA-256 (hex) of each weight file by name; empty for encoders without weights. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Rate of its input in Hz. */
  readonly sampleRate: number;
  /** Number of layers, numbered 0 .. layers - 1; the last is the encoder's final output. */
  readonly layers: number;
  /** Numbers per frame in each layer. A pooled layer has 2 x dimensions: mean, then standard deviation. */
  readonly dimensions: number;
  /** Precision of its weights: "int8", "fp32", "fp64". */
  readonly precision: string;
  /** Everything else that determines the numbers: edits of the graph, handling of short input. */
  readonly recipe: string;
}

/** Pooled output of one window or one recording. */
export interface Pooled {
  /** Number of pooled frames: the weight of this window in the recording. */
  readonly frames: number;
  /** [layers, 2 x dimensions], row-major: per layer the means, then the (population) standard deviations. */
  readonly vector: Float32Array;
  /**
   * [frames, dimensions] of the last layer, row-major; only on request, and only from encoders whose frames a
   * transcriber uses.
   */
  readonly lastLayer?: Float32Array;
}

/** Options of encoding. */
export interface EncodeOptions {
  /** Also return the frames of the last layer, for a transcriber: 70 kB per second with moonshine-tiny. */
  readonly keepFrames?: boolean | undefined;
  /** Aborts encoders that can be interrupted, which run in a separate process. */
  readonly signal?: AbortSignal | undefined;
}

/** A frozen network (or a classical front end): mono samples in, pooled layers out. */
export interface Encoder {
  readonly info: EncoderInfo;
  /**
   * Encodes one window: mono samples at `info.sampleRate`, any length from 20 ms up. Rejects with
   * `encoder-failed` if the network fails or gives an unexpected output.
   */
  encode(samples: Float32Array, options?: EncodeOptions): Promise<Pooled>;
  /** Frees memory outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/**
 * Merges the windows of one recording, weighted by frames: the same as pooling all frames at once. Throws
 * `too-short` when there is no window.
 */
export function mergePooled(info: EncoderInfo, windows: readonly Pooled[]): Pooled {
  const first = windows[0];
  if (!first)
    throw new GolemError("too-short", "No window of audio reached the encoder; at least one is needed.");
  if (windows.length === 1) return first;
  const { layers, dimensions } = info;
  const vector = new Float32Array(layers * 2 * dimensions);
  const parts = windows.map((window) => ({ count: window.frames, vector: window.vector }));
  for (let layer = 0; layer < layers; layer++) {
    mergeMoments(parts, layer * 2 * dimensions, dimensions, vector);
  }
  return { frames: windows.reduce((sum, window) => sum + window.frames, 0), vector };
}
