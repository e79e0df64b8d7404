/**
 * How far a decoding may differ from that of ffmpeg 5, per codec, and why. What is not listed is the same, sample by
 * sample.
 */
import { expect } from "vitest";
import { compareDecoded, type Decoded } from "./both-ways.ts";

/** Limits of one codec. */
export interface Tolerance {
  /** Samples that may be more or fewer. */
  readonly length: number;
  /** Samples by which one may begin earlier. */
  readonly lag: number;
  /** Power of the differences against the sound, in dB. */
  readonly noiseDb: number;
}

const same: Tolerance = { length: 0, lag: 0, noiseDb: Number.NEGATIVE_INFINITY };
const tolerances: Readonly<Record<string, Tolerance>> = {
  // Differences are scaled by shifts, as the IMA defines it; ffmpeg multiplies.
  "adpcm-ima": { ...same, noiseDb: -45 },
  // mpg123 and ffmpeg round floats differently. Where no tag states the delay, one of them keeps it (1105 samples), and
  // the padding of a file that was cut off or joined.
  mp3: { length: 1152, lag: 1105, noiseDb: -100 },
  mp2: { length: 1152, lag: 0, noiseDb: -70 },
  // ffmpeg leaves out, or adds, up to a block at the end; the last page states the right length.
  vorbis: { length: 512, lag: 0, noiseDb: -120 },
  // Both decode with libopus, here in 32-bit floats.
  opus: { length: 0, lag: 0, noiseDb: -65 },
};

/** Returns the limits of a codec. */
export function getTolerance(codec: string): Tolerance {
  return tolerances[codec] ?? same;
}

/** Channels of six in the order of WAV, which ffmpeg gives, by their places in that of Vorbis and Opus. */
const wavOrder = [0, 2, 1, 5, 3, 4];

/** Expects the decoding of this package to be that of ffmpeg within the limits of its codec. */
export function expectSameSound(
  own: Decoded,
  other: Pick<Decoded, "planes" | "sampleRate">,
  { length, lag, noiseDb }: Tolerance = getTolerance(own.codec),
): void {
  expect(own.sampleRate).toBe(other.sampleRate);
  expect(own.planes.length).toBe(other.planes.length);
  const isReordered = own.planes.length === 6 && /^(vorbis|opus)$/.test(own.codec);
  const planes = isReordered ? wavOrder.map((channel) => own.planes[channel]!) : own.planes;
  const difference = compareDecoded({ planes }, other, lag);
  expect(Math.abs(difference.extra), "samples more or fewer").toBeLessThanOrEqual(length);
  expect(difference.noiseDb, "dB of difference").toBeLessThanOrEqual(noiseDb);
}
