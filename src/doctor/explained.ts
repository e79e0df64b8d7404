/**
 * Measures how many labels are predicted correctly by a property other than the sound, leaving one recording
 * out at a time.
 *
 * A category (speaker, file format) predicts its most frequent label; a level (loudness, duration) that of
 * the nearest levels. Chance is the same with shuffled labels, a permutation test (Good, Permutation,
 * Parametric and Bootstrap Tests, 2005).
 * Not its concern: the properties.
 */
import { type Random, shuffle } from "../core/random.ts";

/** Share of predicted labels, compared with chance. */
export interface Explained {
  /** Share of labels predicted correctly. */
  readonly share: number;
  /** The mean of this share with shuffled labels. */
  readonly chance: number;
  /** (share - chance) / (1 - chance): 0 for nothing, 1 for everything. */
  readonly beyondChance: number;
  /** Share of the shuffles, the original order included, that predict as much: the p-value, at least 0.01. */
  readonly likelihood: number;
}

/** Number of shuffles for measuring chance. */
const rounds = 99;

/** Measures how well `computeShare` predicts labels, compared with shuffled ones. */
export function measureExplained(
  labels: readonly number[],
  random: Random,
  computeShare: (labels: readonly number[]) => number,
): Explained {
  const share = computeShare(labels);
  const shuffled = Array.from({ length: rounds }, () => computeShare(shuffle(labels, random)));
  const chance = shuffled.reduce((sum, value) => sum + value, 0) / rounds;
  return {
    share,
    chance,
    beyondChance: chance < 1 ? (share - chance) / (1 - chance) : 0,
    likelihood: (1 + shuffled.filter((value) => value >= share).length) / (1 + rounds),
  };
}

/**
 * Creates a function that computes the share of labels equal to the most frequent label of the other
 * recordings in the same category (or of all others).
 */
export function createCategoryScore(
  categories: readonly (string | undefined)[],
  classes: number,
): (labels: readonly number[]) => number {
  const numbers = new Map<string, number>();
  const category = categories.map((name) => {
    if (name === undefined) return -1;
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  });
  const sizes = new Int32Array(numbers.size);
  for (const number of category) if (number >= 0) sizes[number]!++;
  return (labels) => {
    const counts = Array.from({ length: numbers.size }, () => new Int32Array(classes));
    const all = new Int32Array(classes);
    for (const [row, label] of labels.entries()) {
      all[label]!++;
      if (category[row]! >= 0) counts[category[row]!]![label]!++;
    }
    let right = 0;
    for (const [row, label] of labels.entries()) {
      const number = category[row]!;
      const others = number >= 0 && sizes[number]! > 1 ? counts[number]! : all;
      right += scoreLabel(others, label);
    }
    return right / labels.length;
  };
}

/**
 * Creates a function that computes the share of labels equal to the most frequent label of the recordings
 * with the nearest levels; equal levels are counted together.
 */
export function createLevelScore(
  levels: readonly number[],
  classes: number,
): (labels: readonly number[]) => number {
  const distinct = [...new Set(levels)].sort((a, b) => a - b);
  const places = new Map(distinct.map((level, place) => [level, place]));
  const place = levels.map((level) => places.get(level)!);
  const neighbours = Math.min(15, Math.max(3, Math.round(Math.sqrt(levels.length / classes))));
  return (labels) => {
    const counts = distinct.map(() => new Int32Array(classes));
    const sizes = new Int32Array(distinct.length);
    for (const [row, label] of labels.entries()) {
      counts[place[row]!]![label]!++;
      sizes[place[row]!]!++;
    }
    const near = new Int32Array(classes);
    let right = 0;
    for (const [row, label] of labels.entries()) {
      const own = place[row]!;
      near.set(counts[own]!);
      let found = sizes[own]! - 1;
      let [low, high] = [own - 1, own + 1];
      while (found < neighbours && (low >= 0 || high < distinct.length)) {
        const below = low >= 0 ? distinct[own]! - distinct[low]! : Number.POSITIVE_INFINITY;
        const above = high < distinct.length ? distinct[high]! - distinct[own]! : Number.POSITIVE_INFINITY;
        const next = below <= above ? low-- : high++;
        for (let k = 0; k < classes; k++) near[k]! += counts[next]![k]!;
        found += sizes[next]!;
      }
      right += scoreLabel(near, label);
    }
    return right / labels.length;
  };
}

/** Returns 1 if `own` is the most frequent label among the others, a fraction for a tie, else 0. */
function scoreLabel(counts: Int32Array, own: number): number {
  let most = 0;
  let ties = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k]! - (k === own ? 1 : 0);
    if (count > most) {
      most = count;
      ties = 1;
    } else if (count === most && most > 0) ties++;
  }
  if (most === 0) return 1 / counts.length;
  return counts[own]! - 1 === most ? 1 / ties : 0;
}
