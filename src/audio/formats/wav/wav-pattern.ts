/**
 * Checks whether the samples of an uncompressed WAV file agree with its header, by their pattern: they may
 * have the other byte order, or be floats under the tag of integers.
 *
 * Not its concern: channels and padding (wav-layout.ts).
 *
 * Sound is smooth; read in the wrong way it is full-scale noise. Floats from -1 to 1 have exponents that
 * integers have only by chance.
 */
import { readSamples, type SampleFormat, type SampleSlots } from "../pcm.ts";

/** One way to read samples. */
export interface Reading {
  readonly format: SampleFormat;
  readonly channels: number;
  readonly slots: SampleSlots;
  readonly littleEndian: boolean;
}

/** Mean difference of neighbouring samples above which the header's reading may be noise, full scale 1. */
const noisy = 0.2;
/** How many times smoother another reading must be. */
const clearRatio = 4;
/** Minimum peak of another reading; below it, its high bytes hardly vary. */
const leastPeak = 0.05;
/** Range of floats that are samples. */
const largestFloat = 8;
const smallestFloat = 1e-12;
/** Share of the values that may be smaller, and minimum peak. */
const tinyShare = 0.01;
const leastFloatPeak = 1e-4;
/** Minimum number of samples for a decision. */
const leastSamples = 64;

/** Returns a reading that fits far better than the stated one, with its name; undefined if none does. */
export function findBetterReading(
  probes: readonly Uint8Array[],
  stated: Reading,
): (Reading & { readonly title: string }) | undefined {
  const { format, littleEndian } = stated;
  if (format === "pcm-s32" && areFloats(probes, { ...stated, format: "pcm-f32" })) {
    return { ...stated, format: "pcm-f32", title: "floats of 32 bits" };
  }
  if (!/^pcm-s(16|24|32)$/.test(format)) return undefined;
  const other: Reading = { ...stated, littleEndian: !littleEndian };
  const own = measureRoughness(probes, stated);
  if (own.roughness < noisy) return undefined;
  const { roughness, peak } = measureRoughness(probes, other);
  if (peak < leastPeak || roughness * clearRatio > own.roughness) return undefined;
  return { ...other, title: `${littleEndian ? "big-endian" : "little-endian"} integers` };
}

/** Whether the samples are floats; also tried for integers of 64 bits, which no recorder writes. */
export function areFloats(probes: readonly Uint8Array[], reading: Reading): boolean {
  let count = 0;
  let tiny = 0;
  let peak = 0;
  for (const plane of probes.flatMap((probe) => readAll(probe, reading))) {
    for (const value of plane) {
      const magnitude = Math.abs(value);
      if (!(magnitude <= largestFloat)) return false;
      if (magnitude === 0) continue;
      count++;
      if (magnitude < smallestFloat) tiny++;
      if (magnitude > peak) peak = magnitude;
    }
  }
  return count >= leastSamples && tiny <= tinyShare * count && peak >= leastFloatPeak;
}

const readAll = (probe: Uint8Array, { format, channels, slots, littleEndian }: Reading): Float32Array[] =>
  readSamples(probe, format, littleEndian, channels, slots);

function measureRoughness(
  probes: readonly Uint8Array[],
  reading: Reading,
): { roughness: number; peak: number } {
  let sum = 0;
  let count = 0;
  let peak = 0;
  for (const plane of probes.flatMap((probe) => readAll(probe, reading))) {
    for (let i = 1; i < plane.length; i++) {
      sum += Math.abs(plane[i]! - plane[i - 1]!);
      peak = Math.max(peak, Math.abs(plane[i]!));
    }
    count += Math.max(0, plane.length - 1);
  }
  return { roughness: count < leastSamples ? 0 : sum / count, peak };
}
