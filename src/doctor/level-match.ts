/**
 * Decides whether two recordings with matching fingerprints also have the same levels in every band,
 * throughout.
 *
 * The bits of a fingerprint encode changes of levels, not the level of a band; in two sentences by one
 * monotonous voice most of them agree wherever the words are the same. If one word differs, levels differ by
 * far more than compression changes them. The largest difference decides, therefore, not the mean.
 * Not its concern: how levels are measured (audio/fingerprint.ts), how recordings are aligned.
 */
import { levelParameters, type SoundPrint } from "../audio/fingerprint.ts";

/** Frames over which differences are averaged: 144 ms, and the length of a frame. */
const stretch = 9;
/** Levels below this are near the noise of one of the recordings: more than 33 dB below the loudest band. */
const audible = 4;
/**
 * Largest mean difference of a stretch, in dB. Copies that were compressed, cut, made quieter and resampled
 * stay under 6.3 (850 copies of speech, words and noises); of sentences of one synthetic voice, 98 % of those
 * whose fingerprints match are above.
 */
const largestDb = 7;

/** Whether two recordings have the same levels; `offset`: index in `a` of the word at which `b` begins. */
export function haveSameLevels(a: SoundPrint, b: SoundPrint, offset: number): boolean {
  return computeLevelDistance(a, b, offset) <= largestDb;
}

/** Computes the mean difference of levels in dB where it is largest, without gain and equalisation. */
function computeLevelDistance(a: SoundPrint, b: SoundPrint, offset: number): number {
  const frames: (readonly [number, number])[] = [];
  for (let i = Math.max(0, -offset); i < b.levels.length && i + offset < a.levels.length; i++) {
    if (a.fingerprint[i + offset] && b.fingerprint[i]) frames.push([a.levels[i + offset]!, b.levels[i]!]);
  }
  const gains = computeGains(frames);
  const differences = frames.map((frame) => compareFrame(frame, gains));
  const length = Math.min(stretch, differences.length);
  let worst = 0;
  let sum = 0;
  for (let i = 0; i < differences.length; i++) {
    sum += differences[i]!;
    if (i >= length) sum -= differences[i - length]!;
    if (i + 1 >= length) worst = Math.max(worst, sum / length);
  }
  return worst * levelParameters.stepDb;
}

const getLevel = (word: number, band: number): number => (word >>> (4 * band)) & 15;

/**
 * Computes the number of steps by which each band of the first is louder: the median over frames in which
 * both have some level.
 */
function computeGains(frames: readonly (readonly [number, number])[]): number[] {
  const all: number[] = [];
  const own = Array.from({ length: levelParameters.bands }, (_, band) => {
    const found: number[] = [];
    for (const [a, b] of frames) {
      const [x, y] = [getLevel(a, band), getLevel(b, band)];
      if (x > 2 && y > 2) found.push(x - y);
    }
    all.push(...found);
    return found.length < 4 ? undefined : computeMedian(found);
  });
  const common = all.length === 0 ? 0 : computeMedian(all);
  return own.map((gain) => gain ?? common);
}

/** Computes the mean difference over the audible bands, in steps. */
function compareFrame([a, b]: readonly [number, number], gains: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const [band, gain] of gains.entries()) {
    // The louder one is lowered, so that both have the same floor.
    const x = Math.max(0, getLevel(a, band) - Math.max(0, gain));
    const y = Math.max(0, getLevel(b, band) + Math.min(0, gain));
    if (Math.max(x, y) < audible) continue;
    sum += Math.abs(x - y);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function computeMedian(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1]!;
}
