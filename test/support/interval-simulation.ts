/**
 * Draws correctness of recordings with a known true balanced accuracy, and counts how often the interval holds it.
 * Shared by src/evaluate/interval.test.ts (a part, fast) and runs/interval-coverage.ts (everything, more draws).
 */
import { createRandom, type Random } from "../../src/core/random.ts";
import { computeInterval } from "../../src/evaluate/interval.ts";

/** One cell of the coverage table. */
export interface CoverageCell {
  /** Recordings in each class. */
  readonly sizes: readonly number[];
  /** True accuracy of each class; the true balanced accuracy is their mean. */
  readonly recalls: readonly number[];
  /** Correctness is the mean of 10 answers whose probability differs between recordings, as in repeated cross-validation. */
  readonly fractional?: boolean;
  /** Number of speakers, who share the classes evenly, and correlation of correctness within a speaker. */
  readonly speakers?: number;
  readonly correlation?: number;
  /** One speaker has half of all recordings. */
  readonly dominated?: boolean;
  /** The interval is not told of the speakers: what a naive one would cover. */
  readonly ignoreSpeakers?: boolean;
}

/** What was counted in one cell. */
export interface Coverage {
  readonly truth: number;
  readonly coverage: number;
  /** Share of draws with the true value below, and above, the interval. */
  readonly below: number;
  readonly above: number;
  /** Mean width of the interval. */
  readonly width: number;
}

/** Class accuracies with the given mean, spread as far as `spread` (0 equal, 1 as far as [0, 1] allows), first class lowest. */
export function spreadRecalls(mean: number, classes: number, spread: number): number[] {
  const reach = spread * Math.min(mean, 1 - mean);
  return Array.from({ length: classes }, (_, c) => mean + reach * ((2 * c) / Math.max(1, classes - 1) - 1));
}

/** All errors in as few classes as possible, the first ones: accuracies 0 ... 0, a rest, 1 ... 1 with the given mean. */
export function concentrateErrors(mean: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, c) => {
    const errors = (1 - mean) * classes - c;
    return 1 - Math.min(1, Math.max(0, errors));
  });
}

/** Gamma(shape, 1): Marsaglia and Tsang 2000. */
function drawGamma(shape: number, random: Random): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta with the given mean; two Bernoulli draws with a shared value correlate by `correlation`. */
function drawBeta(mean: number, correlation: number, random: Random): number {
  if (mean <= 0 || mean >= 1 || correlation === 0) return mean;
  const sum = 1 / correlation - 1;
  const a = drawGamma(mean * sum, random);
  const b = drawGamma((1 - mean) * sum, random);
  return a + b > 0 ? a / (a + b) : Number(random.uniform() < mean);
}

/** Runs one cell. */
export function computeCoverage(cell: CoverageCell, draws: number, seed: number): Coverage {
  const random = createRandom(seed);
  const truth = cell.sizes.flatMap((size, c) => new Array<number>(size).fill(c));
  const value = cell.recalls.reduce((sum, recall) => sum + recall, 0) / cell.recalls.length;
  const speakerOf = truth.map((_, i) =>
    cell.dominated && i % 2 === 0 ? 0 : (cell.dominated ? (i - 1) / 2 : i) % (cell.speakers ?? 1),
  );
  const groups = cell.speakers === undefined ? undefined : speakerOf.map((speaker) => `speaker ${speaker}`);
  let [below, above, width] = [0, 0, 0];
  for (let draw = 0; draw < draws; draw++) {
    // A speaker is easy or hard throughout: one quantile a speaker, by class through its own distribution.
    const ease = Array.from({ length: cell.speakers ?? 0 }, () => random.integer(2 ** 31));
    const correctness = truth.map((label, i) => {
      const recall = cell.recalls[label]!;
      const stream = groups ? createRandom(ease[speakerOf[i]!]!) : random;
      const p = groups ? drawBeta(recall, cell.correlation ?? 0, stream) : recall;
      if (!cell.fractional) return Number(random.uniform() < p);
      const own = drawBeta(p, 0.6, random);
      let right = 0;
      for (let repeat = 0; repeat < 10; repeat++) right += Number(random.uniform() < own);
      return right / 10;
    });
    const interval = computeInterval({
      truth,
      correctness,
      groups: cell.ignoreSpeakers ? undefined : groups,
    });
    if (value < interval.low) below++;
    if (value > interval.high) above++;
    width += interval.high - interval.low;
  }
  return {
    truth: value,
    coverage: 1 - (below + above) / draws,
    below: below / draws,
    above: above / draws,
    width: width / draws,
  };
}
