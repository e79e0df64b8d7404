/**
 * Opens one recording: reads it once for the facts, then returns its samples window by window.
 *
 * Not its concern: encoders, labels, the file system, formats.
 *
 * Everything streams. Recordings no longer than one window are kept from the first reading; longer ones are
 * decoded again when their windows are read, so memory does not grow with duration. Recordings whose channels
 * cancel, or with most energy above the encoders' band, are first read a second time.
 */

import type { ByteSource } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import { type AudioSettings, defaultAudioSettings, type OpenedAudio } from "./audio.ts";
import { findCancellation } from "./channel-choice.ts";
import { decodeSource } from "./formats/decode-source.ts";
import type { Decoder } from "./formats/decoder.ts";
import { limitSamples } from "./sample-limit.ts";
import { type SampleSource, streamSamples } from "./sample-source.ts";
import { describeScan } from "./scan-facts.ts";
import { locateHighBand, readResampled, scanStream } from "./scan-stream.ts";
import { computeWindowBounds, cutWindows } from "./windows.ts";

/** Settings, all optional, and options of opening. */
export type OpenAudioOptions = { readonly [K in keyof AudioSettings]?: AudioSettings[K] | undefined } & {
  /** Further decoders, tried after the built-in ones (in Node: ffmpeg). */
  readonly decoders?: readonly Decoder[] | undefined;
  /** Whether to compute the hash and fingerprint that identify copies (default: true; else empty). */
  readonly identify?: boolean | undefined;
  /** Maximum number of decoded samples, counting all channels; default: no limit. */
  readonly maximumSamples?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Fills in defaults and checks the values. Throws `invalid-option`. */
export function resolveAudioSettings(options: OpenAudioOptions): AudioSettings {
  const settings: AudioSettings = {
    sampleRate: options.sampleRate ?? defaultAudioSettings.sampleRate,
    trim: options.trim ?? defaultAudioSettings.trim,
    maximumSeconds: options.maximumSeconds ?? defaultAudioSettings.maximumSeconds,
    windowSeconds: options.windowSeconds ?? defaultAudioSettings.windowSeconds,
  };
  const { sampleRate, maximumSeconds, windowSeconds } = settings;
  if (!(Number.isInteger(sampleRate) && sampleRate >= 1000 && sampleRate <= 384_000)) {
    throw new GolemError(
      "invalid-option",
      `sampleRate is ${sampleRate}; expected an integer from 1000 to 384000 Hz.`,
    );
  }
  if (!(maximumSeconds > 0)) {
    throw new GolemError("invalid-option", `maximumSeconds is ${maximumSeconds}; expected more than 0.`);
  }
  if (!(windowSeconds >= 0.1 && windowSeconds <= 600)) {
    throw new GolemError("invalid-option", `windowSeconds is ${windowSeconds}; expected 0.1 to 600.`);
  }
  return settings;
}

/**
 * Examines a recording. Rejects with a coded error if there is nothing to decode or it is over the limit.
 * Short and silent recordings are not errors here; the caller can check `facts.kept` and the warning
 * `silent`.
 */
export async function openAudio(
  source: ByteSource | SampleSource,
  options: OpenAudioOptions = {},
): Promise<OpenedAudio> {
  const settings = resolveAudioSettings(options);
  const { signal, decoders = [], identify = true, maximumSamples } = options;
  const decode = async () => {
    if ("sampleRate" in source) return streamSamples(source);
    const opened = await decodeSource(source, decoders, { signal });
    if (maximumSamples === undefined) return opened;
    return { ...opened, stream: limitSamples(opened.stream, source.name, maximumSamples) };
  };
  const { stream, warnings } = await decode();
  const first = await scanStream(stream, source.name, settings, { identify, mixing: "mean", signal });
  const mixing = findCancellation(first.count.power) ?? "mean";
  const readAgain = async () => (await decode()).stream;
  const scan =
    mixing === "mean"
      ? first
      : await scanStream(await readAgain(), source.name, settings, { identify, mixing, signal });
  const highBand = scan.isMostlyAbove
    ? await locateHighBand(await readAgain(), source.name, settings, { mixing, signal })
    : undefined;
  const facts = describeScan(source.name, stream, scan, { settings, warnings, mixing, highBand });
  const [start, end] = scan.kept;
  const bounds = computeWindowBounds(start, end, Math.round(settings.windowSeconds * settings.sampleRate));
  return {
    facts,
    windows: async function* () {
      if (scan.samples) {
        yield* cutWindows(toAsync(scan.samples), bounds);
        return;
      }
      const samples = readResampled(await readAgain(), source.name, settings, { mixing, signal });
      yield* cutWindows(samples, bounds);
    },
  };
}

async function* toAsync(chunks: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  yield* chunks;
}
