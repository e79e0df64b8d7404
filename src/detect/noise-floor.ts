/**
 * A running noise floor: the 10 % quantile of the level over the most recent frames, updated frame by frame
 * in constant time and memory.
 *
 * It uses a histogram of levels in steps of half a decibel over a sliding window (cf. minimum statistics,
 * Martin 2001, with a quantile instead of the minimum: Stahl et al. 2000).
 */
import { toDb, trimParameters } from "../audio/trim.ts";

/** Tracks the noise floor of a stream of frame levels. */
interface NoiseFloor {
  /** Takes the mean power of the next frame (full scale = 1). */
  push(power: number): void;
  /** The floor in dB relative to full scale; never below the level that counts as silent. */
  getDb(): number;
  /** Standard deviation of the levels of the noise itself, in dB. */
  getSpreadDb(): number;
}

/**
 * A second, lower quantile. Sounds above the noise affect neither quantile, so their distance measures how
 * much the noise varies.
 */
const lowQuantile = 0.02;
/** Distance of the two quantiles of a normal distribution, in standard deviations: 2.05 - 1.28. */
const quantileDistance = 0.77;

const stepDb = 0.5;
const lowestDb = trimParameters.silentDb;
const bins = Math.ceil(-lowestDb / stepDb) + 20;

/**
 * Creates a floor over the last `frames` frames. The stream is assumed to be preceded by `silentFrames` of
 * silence, so that sound at its start does not count as noise.
 */
export function createNoiseFloor(frames: number, silentFrames: number): NoiseFloor {
  const counts = new Uint32Array(bins);
  const history = new Uint8Array(frames);
  let next = 0;
  let filled = Math.min(frames, silentFrames);
  counts[0] = filled;
  next = filled % frames;
  return {
    push(power) {
      const db = toDb(power);
      const bin = db > lowestDb ? Math.min(bins - 1, Math.round((db - lowestDb) / stepDb)) : 0;
      if (filled === frames) counts[history[next]!]!--;
      else filled++;
      history[next] = bin;
      counts[bin]!++;
      next = (next + 1) % frames;
    },
    getDb: () => getQuantile(trimParameters.floorQuantile),
    getSpreadDb: () =>
      (getQuantile(trimParameters.floorQuantile) - getQuantile(lowQuantile)) / quantileDistance,
  };
  function getQuantile(share: number): number {
    let left = Math.floor((filled - 1) * share);
    for (let bin = 0; bin < bins; bin++) {
      left -= counts[bin]!;
      if (left < 0) return lowestDb + bin * stepDb;
    }
    return lowestDb;
  }
}
