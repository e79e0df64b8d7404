/**
 * Converts the results of a pass over a recording to facts and warnings.
 *
 * Not its concern: how they are measured.
 */
import type { ErrorRecord } from "../core/error.ts";
import type { AudioFacts, AudioSettings } from "./audio.ts";
import type { DecodedStream } from "./formats/decoder.ts";
import type { HighBand } from "./high-band.ts";
import type { MixCount, Mixing } from "./mono-stream.ts";
import { isLossless } from "./sample-range.ts";
import type { Scan } from "./scan-stream.ts";
import { trimParameters } from "./trim.ts";
import { createWarning } from "./warning.ts";

/** Information about a recording besides the pass itself. */
interface ScanContext {
  readonly settings: AudioSettings;
  /** Warnings about the file. */
  readonly warnings: readonly ErrorRecord[];
  readonly mixing: Mixing;
  /** Present if most of the energy is above the band. */
  readonly highBand: HighBand | undefined;
}

/** The facts of a recording; the stream has been read to its end. */
export function describeScan(
  name: string,
  stream: DecodedStream,
  scan: Scan,
  context: ScanContext,
): AudioFacts {
  const { settings } = context;
  const { count } = scan;
  const seconds = count.frames / stream.sampleRate;
  const [start, end] = scan.kept;
  // A lossy codec moves samples at full scale to both sides of it.
  const clipped = count.atFullScale + (isLossless(stream.codec) ? 0 : count.aboveFullScale);
  return {
    container: stream.container,
    codec: stream.codec,
    sampleRate: stream.sampleRate,
    channels: stream.channels,
    seconds,
    kept: [Math.min(start / settings.sampleRate, seconds), Math.min(end / settings.sampleRate, seconds)],
    peak: scan.peak,
    loudnessDb: 10 * Math.log10(scan.squares / count.frames),
    clippedFraction: clipped / (count.frames * stream.channels),
    offset: scan.sum / count.frames,
    noiseDb: scan.noiseDb,
    ...scan.print,
    audioHash: scan.audioHash,
    warnings: [...context.warnings, ...stream.warnings, ...listWarnings(name, stream, scan, context)],
  };
}

function listWarnings(
  name: string,
  stream: DecodedStream,
  { count, isSilent }: Scan,
  { settings, mixing, highBand }: ScanContext,
): ErrorRecord[] {
  const warnings: ErrorRecord[] = [];
  if (count.notFinite > 0) {
    warnings.push(
      createWarning(
        "not-finite",
        `${count.notFinite} samples of ${name} are NaN or infinite; they were set to 0.`,
      ),
    );
  }
  if (typeof mixing === "number") warnings.push(warnOfCancelling(name, mixing, stream.channels));
  if (isAboveFullScale(stream, count)) warnings.push(warnOfLevel(name, count));
  if (highBand) warnings.push(warnOfHighBand(name, highBand, settings));
  if (isSilent) {
    const quiet = `no 10 ms of it reach ${trimParameters.silentDb} dB of full scale`;
    warnings.push(
      highBand
        ? createWarning(
            "silent",
            `${name} is silent below ${toKilohertz(settings.sampleRate / 2)}: ${quiet} there.`,
            adviseOnHighBand(highBand),
          )
        : createWarning(
            "silent",
            `${name} is silent from start to end: ${quiet}.`,
            "Check the microphone, or leave the recording out.",
          ),
    );
  }
  return warnings;
}

/** Whether a stream contains unclipped values above full scale. */
export function isAboveFullScale(stream: DecodedStream, count: MixCount): boolean {
  return count.aboveFullScale > 0 && isLossless(stream.codec);
}

/** The warning about values above full scale. */
export function warnOfLevel(name: string, { largest }: MixCount): ErrorRecord {
  const db = (20 * Math.log10(largest)).toFixed(1);
  return createWarning(
    "above-full-scale",
    `${name} reaches ${Number(largest.toPrecision(3))} times full scale (+${db} dB), not clipped, as floats can store it. It was used unchanged.`,
    "Nothing is lost. Lower its level if other recordings are much quieter.",
  );
}

/** The warning about channels that cancel; `channel` counts from 0. */
export function warnOfCancelling(name: string, channel: number | undefined, channels: number): ErrorRecord {
  const used = channel === undefined ? "The louder channel" : `Channel ${channel + 1}, the loudest,`;
  return createWarning(
    "channels-cancel",
    `The ${channels} channels of ${name} cancel each other when they are averaged. ${used} was used instead.`,
    "Check whether one channel is inverted, or record in mono.",
  );
}

/** The warning about energy above the band that ends at half of `sampleRate`. */
export function warnOfHighBand(
  name: string,
  highBand: HighBand,
  { sampleRate }: Pick<AudioSettings, "sampleRate">,
): ErrorRecord {
  return createWarning(
    "above-8-khz",
    `${name}: most of its energy is at ${toKilohertz(highBand.hertz)}, above the ${toKilohertz(sampleRate / 2)} that the encoders use; slow it down by a factor of ${highBand.slowdown}.`,
    adviseOnHighBand(highBand),
  );
}

function adviseOnHighBand({ slowdown }: HighBand): string {
  return `Slow it down by a factor of ${slowdown} (write the same samples with a sample rate divided by ${slowdown}), in training and in use alike.`;
}

const toKilohertz = (hertz: number): string =>
  `${hertz < 10_000 ? Number((hertz / 1000).toFixed(1)) : Math.round(hertz / 1000)} kHz`;
