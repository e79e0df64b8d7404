/**
 * One pass over a decoded recording: levels, counts, fingerprint, hash, and the resampled samples of short
 * ones.
 *
 * Not its concern: formats, the wording of the results (scan-facts.ts).
 */
import { GolemError } from "../core/error.ts";
import type { AudioSettings } from "./audio.ts";
import { createAudioHasher } from "./audio-hash.ts";
import { createFingerprinter, type SoundPrint } from "./fingerprint.ts";
import type { DecodedStream } from "./formats/decoder.ts";
import { createHighBandMeter, type HighBand, isMostlyAbove } from "./high-band.ts";
import { createMixCount, type MixCount, type Mixing, readMono } from "./mono-stream.ts";
import { createResampler } from "./resampler.ts";
import { checkGarbage } from "./sample-range.ts";
import { computeKeptSamples, computeNoiseDb, createLevelMeter, isSilent } from "./trim.ts";

/** Options of a pass. */
interface ScanOptions {
  /** Whether to compute the hash and the sound print. */
  readonly identify: boolean;
  readonly mixing: Mixing;
  readonly signal: AbortSignal | undefined;
}

/** Results of a pass. */
export interface Scan {
  readonly count: MixCount;
  /** Of the down-mix at the rate of the file. */
  readonly peak: number;
  readonly squares: number;
  readonly sum: number;
  readonly noiseDb: number;
  /** Empty when not computed. */
  readonly print: SoundPrint;
  readonly audioHash: string;
  readonly isSilent: boolean;
  /** Whether most of the energy was above the band that remains after resampling. */
  readonly isMostlyAbove: boolean;
  /** [start, end) in samples after resampling. */
  readonly kept: readonly [number, number];
  /** Resampled chunks, unless they exceed one window. */
  readonly samples: Float32Array[] | undefined;
}

/** Reads a stream. Rejects as it does, or: `no-samples`, `too-long`, `corrupt-audio`, `aborted`. */
export async function scanStream(
  stream: DecodedStream,
  name: string,
  settings: AudioSettings,
  { identify, mixing, signal }: ScanOptions,
): Promise<Scan> {
  const { sampleRate } = settings;
  const count = createMixCount();
  const hasher = identify ? createAudioHasher(stream.sampleRate) : undefined;
  const resampler = createResampler(stream.sampleRate, sampleRate);
  const meter = createLevelMeter(sampleRate);
  const fingerprinter = identify ? createFingerprinter(sampleRate) : undefined;
  const isNarrowed = stream.sampleRate > sampleRate;
  let samples: Float32Array[] | undefined = [];
  let total = 0;
  let peak = 0;
  let squares = 0;
  let sum = 0;
  const after = { squares: 0, sum: 0, count: 0 };
  const accept = (resampled: Float32Array): void => {
    meter.push(resampled);
    fingerprinter?.push(resampled);
    total += resampled.length;
    if (total > settings.windowSeconds * sampleRate) samples = undefined;
    samples?.push(resampled);
    if (!isNarrowed) return;
    after.count += resampled.length;
    for (let i = 0; i < resampled.length; i++) {
      const value = resampled[i]!;
      after.squares += value * value;
      after.sum += value;
    }
  };
  for await (const mono of readMono(stream, name, settings.maximumSeconds, count, signal, mixing)) {
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
  checkGarbage(name, count);
  const powers = meter.finish();
  const silent = isSilent(powers);
  return {
    ...{ count, peak, squares, sum, samples, isSilent: silent },
    noiseDb: computeNoiseDb(powers),
    print: fingerprinter?.finish() ?? { fingerprint: new Uint32Array(0), levels: new Uint32Array(0) },
    audioHash: (await hasher?.finish()) ?? "",
    isMostlyAbove: isNarrowed && isMostlyAbove({ squares, sum, count: count.frames }, after),
    kept:
      settings.trim && !silent
        ? computeKeptSamples(powers, meter.frameSamples, total, sampleRate)
        : [0, total],
  };
}

/** Reads a stream and returns the frequency of its energy above the band. */
export async function locateHighBand(
  stream: DecodedStream,
  name: string,
  settings: AudioSettings,
  { mixing, signal }: Pick<ScanOptions, "mixing" | "signal">,
): Promise<HighBand> {
  const meter = createHighBandMeter(stream.sampleRate, settings.sampleRate / 2);
  const count = createMixCount();
  for await (const mono of readMono(stream, name, settings.maximumSeconds, count, signal, mixing)) {
    meter.push(mono);
  }
  return meter.finish();
}

/** Reads a stream as mono samples at the rate of the settings. */
export async function* readResampled(
  stream: DecodedStream,
  name: string,
  settings: AudioSettings,
  { mixing, signal }: Pick<ScanOptions, "mixing" | "signal">,
): AsyncGenerator<Float32Array> {
  const resampler = createResampler(stream.sampleRate, settings.sampleRate);
  const count = createMixCount();
  for await (const mono of readMono(stream, name, settings.maximumSeconds, count, signal, mixing)) {
    yield resampler.push(mono);
  }
  yield resampler.finish();
}
