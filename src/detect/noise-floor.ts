/**
 * A running noise floor: the level that a tenth of the last seconds stays below, frame by frame, in constant time and memory.
 *
 * A histogram of levels in half decibels over a sliding window (cf. minimum statistics, Martin 2001, with a quantile in place of the
 * minimum: Stahl et al. 2000). Not its concern: samples, what is done with the floor.
 */
import { toDb, trimParameters } from "../audio/trim.ts";

/** Follows the floor of a stream of frame levels. */
export interface NoiseFloor {
  /** Takes the mean power of the next frame (full scale = 1). */
  push(power: number): void;
  /** In dB relative to full scale; never below the level that counts as silent. */
  getDb(): number;
  /** How much the levels of the noise itself vary, as a standard deviation in dB. */
  getSpreadDb(): number;
}

/** A second quantile below the floor: what sounds above the noise moves neither, so their distance tells how much the noise varies. */
const lowQuantile = 0.02;
/** That distance in normal standard deviations: 2.05 - 1.28. */
const quantileDistance = 0.77;

const stepDb = 0.5;
const lowestDb = trimParameters.silentDb;
const bins = Math.ceil(-lowestDb / stepDb) + 20;

/**
 * Creates a floor over the last `frames` frames. Before the first one, `silentFrames` of silence are taken for granted, so that what
 * sounds from the very start is not taken for the floor.
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
