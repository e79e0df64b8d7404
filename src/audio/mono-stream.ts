/**
 * Mixes decoded channels down to one clean channel: mean of the channels (or one of them), NaN and infinities
 * set to zero, limited length; and counts irregular values.
 *
 * Not its concern: formats, resampling, which channel is used (channel-choice.ts).
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import { type ChannelPower, createChannelPower, findCancellation, measurePower } from "./channel-choice.ts";
import type { DecodedStream } from "./formats/decoder.ts";
import { checkMagnitudes, largestSample, tinyLevel } from "./sample-range.ts";

/** Counts collected while a stream is mixed down. */
export interface MixCount {
  /** Samples per channel. */
  frames: number;
  /** Values (of any channel) that were NaN or infinite. */
  notFinite: number;
  /** Values (of any channel) at full scale: from 32767/32768 to 1. */
  atFullScale: number;
  /** Values (of any channel) above full scale, which only floats can be. */
  aboveFullScale: number;
  /** Values (of any channel) that are not 0, and those of them below the level of any sound (`tinyLevel`). */
  notZero: number;
  tiny: number;
  /** Values (of any channel) above the level of any sound (`largestSample`). */
  huge: number;
  /** Largest magnitude of any channel. */
  largest: number;
  /** Power of the channels and of their mean. */
  readonly power: ChannelPower;
  /**
   * Whether the louder channel was used in part of a stream that is read once ({@link Mixing} "running").
   */
  hasCancelled: boolean;
}

/**
 * How channels are mixed down: their mean; one channel, by its index; or, for streams that are read once, the
 * mean unless the channels have cancelled each other in the last seconds.
 */
export type Mixing = "mean" | "running" | number;

/** Full scale as 16-bit files reach it: 32767 of 32768. */
const fullScale = 32_767 / 32_768;
/** Seconds after which the powers of a stream that is read once have lost half of their weight. */
const halfLifeSeconds = 5;

/** Counts before the first sample. */
export function createMixCount(): MixCount {
  return {
    ...{ frames: 0, notFinite: 0, atFullScale: 0, aboveFullScale: 0 },
    ...{ notZero: 0, tiny: 0, huge: 0, largest: 0 },
    power: createChannelPower(),
    hasCancelled: false,
  };
}

/** Copies a plane without NaN and infinities, and adds to `count`. */
function cleanPlane(plane: Float32Array, count: MixCount): Float32Array {
  const clean = new Float32Array(plane.length);
  let { largest } = count;
  let zero = 0;
  for (let i = 0; i < plane.length; i++) {
    const value = plane[i]!;
    const magnitude = value < 0 ? -value : value;
    if (!(magnitude < Number.POSITIVE_INFINITY)) {
      count.notFinite++;
      zero++;
      continue;
    }
    if (magnitude >= fullScale) {
      if (magnitude > 1) {
        count.aboveFullScale++;
        if (magnitude > largestSample) count.huge++;
      } else count.atFullScale++;
    }
    if (magnitude < tinyLevel) {
      if (magnitude === 0) zero++;
      else count.tiny++;
    }
    if (magnitude > largest) largest = magnitude;
    clean[i] = value;
  }
  count.notZero += plane.length - zero;
  count.largest = largest;
  return clean;
}

function computeMean(planes: readonly Float32Array[]): Float32Array {
  const [first] = planes;
  if (planes.length === 1 || !first) return first ?? new Float32Array(0);
  const mean = new Float32Array(first.length);
  const share = 1 / planes.length;
  for (const plane of planes) for (let i = 0; i < mean.length; i++) mean[i]! += plane[i]! * share;
  return mean;
}

/** Mixes one chunk of planes down and adds to `count`. */
function mixDown(
  planes: readonly Float32Array[],
  count: MixCount,
  mixing: Mixing,
  sampleRate: number,
): Float32Array {
  const clean = planes.map((plane) => cleanPlane(plane, count));
  const mean = computeMean(clean);
  count.frames += mean.length;
  if (clean.length === 1) return mean;
  if (mixing === "running") {
    measurePower(count.power, clean, mean, 0.5 ** (mean.length / sampleRate / halfLifeSeconds));
    const channel = findCancellation(count.power);
    if (channel === undefined) return mean;
    count.hasCancelled = true;
    return clean[channel]!;
  }
  measurePower(count.power, clean, mean);
  return mixing === "mean" ? mean : clean[mixing]!;
}

/**
 * Yields chunks of the down-mix. Rejects with `too-long` once there are more than `maximumSeconds`, and with
 * `corrupt-audio` for numbers that cannot be samples.
 */
export async function* readMono(
  stream: DecodedStream,
  name: string,
  maximumSeconds: number,
  count: MixCount,
  signal: AbortSignal | undefined,
  mixing: Mixing = "mean",
): AsyncGenerator<Float32Array> {
  const limit = Math.floor(maximumSeconds * stream.sampleRate + 0.5);
  for await (const planes of stream.chunks) {
    throwIfAborted(signal);
    const mono = mixDown(planes, count, mixing, stream.sampleRate);
    if (count.frames > limit) throw createTooLongError(name, maximumSeconds);
    checkMagnitudes(name, stream.codec, count);
    if (mono.length > 0) yield mono;
  }
}

/** Creates the error for recordings over the limit; `seconds` when the length is known. */
export function createTooLongError(name: string, maximumSeconds: number, seconds?: number): GolemError {
  const found = seconds === undefined ? `more than ${maximumSeconds} s` : `${Math.round(seconds)} s`;
  return new GolemError(
    "too-long",
    `${name} contains ${found} of audio; expected at most ${maximumSeconds} s.`,
    {
      hint: "Cut it into shorter recordings, or train with a higher limit (maximumSeconds, --max-seconds).",
    },
  );
}
