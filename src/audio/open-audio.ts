/**
 * Opens one recording: reads it once for the facts, then returns its samples window by window.
 *
 * Not its concern: encoders, labels, the file system, any format.
 *
 * Everything streams. Recordings no longer than one window are kept from the first reading; longer ones are
 * decoded again when their windows are read, so memory does not grow with duration.
 */

import type { ByteSource } from "../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { type AudioFacts, type AudioSettings, defaultAudioSettings, type OpenedAudio } from "./audio.ts";
import { createAudioHasher } from "./audio-hash.ts";
import { createFingerprinter } from "./fingerprint.ts";
import { decodeSource } from "./formats/decode-source.ts";
import type { DecodedStream, Decoder } from "./formats/decoder.ts";
import { createTooLongError, type MixCount, readMono } from "./mono-stream.ts";
import { createResampler } from "./resampler.ts";
import { type SampleSource, streamSamples } from "./sample-source.ts";
import { computeKeptSamples, computeNoiseDb, createLevelMeter, isSilent, trimParameters } from "./trim.ts";
import { createWarning } from "./warning.ts";
import { computeWindowBounds, cutWindows } from "./windows.ts";

/** Settings, all optional, and options of opening. */
export type OpenAudioOptions = { readonly [K in keyof AudioSettings]?: AudioSettings[K] | undefined } & {
  /** Further decoders, tried after the built-in ones (in Node: ffmpeg). */
  readonly decoders?: readonly Decoder[] | undefined;
  /**
   * Whether to compute the hash and fingerprint that identify copies (default: true); otherwise both are
   * empty.
   */
  readonly identify?: boolean | undefined;
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
 * Examines a recording. Rejects with a coded error when there is nothing to decode or it is over the limit.
 * Short and silent recordings are not errors here: `facts.kept` and the warning `silent` let the caller
 * decide.
 */
export async function openAudio(
  source: ByteSource | SampleSource,
  options: OpenAudioOptions = {},
): Promise<OpenedAudio> {
  const settings = resolveAudioSettings(options);
  const { signal, decoders = [], identify = true } = options;
  const decode = async () =>
    "sampleRate" in source ? streamSamples(source) : decodeSource(source, decoders, { signal });
  const { stream, warnings } = await decode();
  checkDeclared(source, stream, settings);
  const scan = await scanStream(stream, source.name, settings, { identify, signal });
  const facts = describeScan(source.name, stream, scan, settings, warnings);
  const [start, end] = scan.kept;
  const bounds = computeWindowBounds(start, end, Math.round(settings.windowSeconds * settings.sampleRate));
  return {
    facts,
    windows: async function* () {
      if (scan.samples) {
        yield* cutWindows(toAsync(scan.samples), bounds);
        return;
      }
      const again = await decode();
      yield* cutWindows(readResampled(again.stream, source.name, settings, signal), bounds);
    },
  };
}

/** Results of the first reading. */
interface Scan {
  readonly count: MixCount;
  readonly peak: number;
  readonly squares: number;
  readonly sum: number;
  readonly noiseDb: number;
  readonly fingerprint: Uint32Array;
  readonly audioHash: string;
  readonly isSilent: boolean;
  /** [start, end) in samples after resampling. */
  readonly kept: readonly [number, number];
  /** Resampled chunks, unless they exceed one window. */
  readonly samples: Float32Array[] | undefined;
}

function checkDeclared(
  source: ByteSource | SampleSource,
  stream: DecodedStream,
  { maximumSeconds }: AudioSettings,
): void {
  const { declaredSeconds, isEstimate = false, sampleRate } = stream;
  if (!isEstimate && declaredSeconds !== undefined && declaredSeconds > maximumSeconds + 0.5 / sampleRate) {
    throw createTooLongError(source.name, maximumSeconds, declaredSeconds);
  }
}

async function scanStream(
  stream: DecodedStream,
  name: string,
  settings: AudioSettings,
  { identify, signal }: { identify: boolean; signal: AbortSignal | undefined },
): Promise<Scan> {
  const { sampleRate } = settings;
  const count: MixCount = { frames: 0, notFinite: 0, clipped: 0 };
  const hasher = identify ? createAudioHasher(stream.sampleRate) : undefined;
  const resampler = createResampler(stream.sampleRate, sampleRate);
  const meter = createLevelMeter(sampleRate);
  const fingerprinter = identify ? createFingerprinter(sampleRate) : undefined;
  let samples: Float32Array[] | undefined = [];
  let total = 0;
  let peak = 0;
  let squares = 0;
  let sum = 0;
  const accept = (resampled: Float32Array): void => {
    meter.push(resampled);
    fingerprinter?.push(resampled);
    total += resampled.length;
    if (total > settings.windowSeconds * sampleRate) samples = undefined;
    samples?.push(resampled);
  };
  for await (const mono of readMono(stream, name, settings.maximumSeconds, count, signal)) {
    await hasher?.push(mono);
    for (let i = 0; i < mono.length; i++) {
      const value = mono[i]!;
      const magnitude = value < 0 ? -value : value;
      if (magnitude > peak) peak = magnitude;
      squares += value * value;
      sum += value;
    }
    accept(resampler.push(mono));
  }
  accept(resampler.finish());
  if (count.frames === 0) {
    throw new GolemError("no-samples", `${name} was decoded without error but contains no samples.`, {
      hint: "Record it again.",
    });
  }
  const audioHash = (await hasher?.finish()) ?? "";
  const powers = meter.finish();
  const silent = isSilent(powers);
  const kept: readonly [number, number] =
    settings.trim && !silent ? computeKeptSamples(powers, meter.frameSamples, total, sampleRate) : [0, total];
  const noiseDb = computeNoiseDb(powers);
  const fingerprint = fingerprinter?.finish() ?? new Uint32Array(0);
  return { count, peak, squares, sum, noiseDb, fingerprint, audioHash, isSilent: silent, kept, samples };
}

function describeScan(
  name: string,
  stream: DecodedStream,
  scan: Scan,
  settings: AudioSettings,
  before: readonly ErrorRecord[],
): AudioFacts {
  const { count } = scan;
  const seconds = count.frames / stream.sampleRate;
  const warnings = [...before, ...stream.warnings];
  if (count.notFinite > 0) {
    warnings.push(
      createWarning(
        "not-finite",
        `${count.notFinite} samples of ${name} are NaN or infinite; they were set to 0.`,
      ),
    );
  }
  if (scan.isSilent) {
    warnings.push(
      createWarning(
        "silent",
        `${name} is silent from start to end: no 10 ms of it reach ${trimParameters.silentDb} dB of full scale.`,
        "Check the microphone, or leave the recording out.",
      ),
    );
  }
  const [start, end] = scan.kept;
  return {
    container: stream.container,
    codec: stream.codec,
    sampleRate: stream.sampleRate,
    channels: stream.channels,
    seconds,
    kept: [Math.min(start / settings.sampleRate, seconds), Math.min(end / settings.sampleRate, seconds)],
    peak: scan.peak,
    loudnessDb: 10 * Math.log10(scan.squares / count.frames),
    clippedFraction: count.clipped / (count.frames * stream.channels),
    offset: scan.sum / count.frames,
    noiseDb: scan.noiseDb,
    fingerprint: scan.fingerprint,
    audioHash: scan.audioHash,
    warnings,
  };
}

async function* readResampled(
  stream: DecodedStream,
  name: string,
  settings: AudioSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  const count: MixCount = { frames: 0, notFinite: 0, clipped: 0 };
  const resampler = createResampler(stream.sampleRate, settings.sampleRate);
  for await (const mono of readMono(stream, name, settings.maximumSeconds, count, signal)) {
    yield resampler.push(mono);
  }
  yield resampler.finish();
}

async function* toAsync(chunks: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  yield* chunks;
}
