/**
 * The one interface every encoder implements, and the merge of windows into one vector a recording.
 *
 * Not its concern: labels, files, where weights come from.
 */
import { GolemError } from "../core/error.ts";
import { mergeMoments } from "./pooling.ts";

/** What identifies an encoder and says how to feed it. Stored in every golem. */
export interface EncoderInfo {
  /** "moonshine-tiny", "mfcc" ... */
  readonly id: string;
  /** Version of the weights: a package version, a commit. "1" for encoders without weights. */
  readonly revision: string;
  /** SHA-256 (hex) of each weight file by name; empty for encoders without weights. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Rate of its input in Hz. */
  readonly sampleRate: number;
  /** Number of layers it hands out, numbered 0 .. layers - 1; the last is its final output. */
  readonly layers: number;
  /** Numbers a frame in each layer. A pooled layer has 2 x dimensions: mean, then standard deviation. */
  readonly dimensions: number;
  /** Arithmetic of its weights: "int8", "fp32", "fp64". */
  readonly precision: string;
  /** Everything else that shapes the numbers: edits of the graph, handling of short input. */
  readonly recipe: string;
}

/** Pooled output of one window or one recording. */
export interface Pooled {
  /** Frames that were pooled; weight of this window in the recording. */
  readonly frames: number;
  /** [layers, 2 x dimensions], row-major: per layer the means, then the (population) standard deviations. */
  readonly vector: Float32Array;
  /** [frames, dimensions] of the last layer, row-major; where asked for, and only of encoders that a transcriber reads. */
  readonly lastLayer?: Float32Array;
}

/** Options of one encoding. */
export interface EncodeOptions {
  /** Hand out the frames of the last layer too, for a transcriber: 70 kB a second of moonshine-tiny. */
  readonly keepFrames?: boolean | undefined;
}

/** A frozen network (or a classical front end): mono samples in, pooled layers out. */
export interface Encoder {
  readonly info: EncoderInfo;
  /** Encodes one window: mono samples at `info.sampleRate`, any length from 20 ms up. */
  encode(samples: Float32Array, options?: EncodeOptions): Promise<Pooled>;
  /** Frees what the encoder holds outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/** Merges the windows of one recording, weighted by frames: the result is what pooling all frames at once would give. */
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
