/**
 * The 95 % interval of a balanced accuracy measured on few recordings.
 *
 * Not its concern: predictions, folds.
 *
 * Method: Clopper and Pearson's exact binomial interval (Biometrika 1934) on an effective number of
 * recordings, after Korn and Graubard (Survey Methodology 1998), with two changes that keep its coverage at a
 * few recordings per class:
 * - Balanced accuracy is a mean of class means. Its variance is not estimated (impossible with two recordings
 *   per class) but bounded: at a true value p it is at most max sum_c p_c (1 - p_c) / (classes^2 n_c) over
 *   all class accuracies p_c whose mean is p. The effective number is p (1 - p) / that bound: the number of
 *   recordings when classes are of equal size (there the interval is conservative by Hoeffding, Ann. Math.
 *   Stat. 1956), down to classes x smallest class when they are not.
 * - Recordings of one speaker are right or wrong together. The effective number is divided by the design
 *   effect (the linearised variance of speakers' totals over that of independent recordings, never below 1)
 *   and multiplied by (t_(n-1) / t_(G-1+6))^2, because G speakers give a poor estimate of that variance; G is
 *   reduced if one speaker dominates (Kish). The design effect of few speakers is shrunk towards that of a
 *   correlation of .2 within speakers, which counts as six more speakers (moderated variances: Smyth, Stat.
 *   Appl. Genet. Mol. Biol. 2004); both numbers were chosen on real draws and checked in simulation. The
 *   effective number never falls below Kish's G, its value if each speaker's recordings were all right or all
 *   wrong. The unit is the recording: with repeated cross-validation, its mean correctness over the repeats.
 *
 * Cross-validation scores classifiers trained on (k-1)/k of the recordings, but the interval is for the one
 * that is saved, trained on all, which tends to be better. A model (learning-gain.ts) bounds the difference;
 * it raises only the upper limit. Without it, up to a quarter of the intervals were entirely below the true
 * value in simulation.
 *
 * Known limit: if correctness within a speaker correlates by 0.4, coverage falls to about 92 % with 8
 * speakers and 200 recordings. Coverage by simulation: interval.test.ts (a part) and
 * runs/interval-coverage.ts (all, including the whole protocol).
 */
import { GolemError } from "../core/error.ts";
import { bisect, computeIncompleteBeta, computeStudentQuantile } from "../math/distribution.ts";
import { computeLearningGain } from "./learning-gain.ts";

/** Results per recording. All arrays have one entry per recording. */
export interface IntervalInput {
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** 1 right, 0 wrong; the mean over repeats if there are several predictions. */
  readonly correctness: ArrayLike<number>;
  /** Speaker of each recording; an undefined entry is its own group. Left out: recordings are independent. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** Probability that the interval contains the true value; default 0.95. */
  readonly level?: number | undefined;
  /**
   * Set if the predictions come from cross-validation and the interval is for the classifier that is then
   * trained on all recordings, `growth` times as many, with this number of `classes`.
   */
  readonly crossValidation?: { readonly growth: number; readonly classes: number } | undefined;
}

/** An interval of balanced accuracy, and what determines its width. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** The measured balanced accuracy: mean over classes of the mean correctness. */
  readonly estimate: number;
  /** Number of independent recordings that would give this width, at the estimate. */
  readonly effectiveRecordings: number;
  /** Estimated factor by which speakers inflate the variance (design effect); 1 without groups. */
  readonly designEffect: number;
}

/** Prior for speakers: correlation of correctness within one, and its weight in speakers. */
const usual = { correlation: 0.2, degrees: 6 } as const;

/**
 * Computes the effective number of independent recordings, for inference about new speakers, at the usual
 * correlation: their number over the design effect (Kish, Survey Sampling, 1965). An undefined speaker is its
 * own group.
 */
export function countIndependent(speakers: readonly (string | undefined)[]): number {
  const sizes = new Map<string | number, number>();
  for (const [i, speaker] of speakers.entries()) sizes.set(speaker ?? i, (sizes.get(speaker ?? i) ?? 0) + 1);
  let perSpeaker = 0;
  for (const size of sizes.values()) perSpeaker += size ** 2 / speakers.length;
  return speakers.length / (1 + (perSpeaker - 1) * usual.correlation);
}

/** Computes the interval; `no-recordings` if there is nothing to measure. */
export function computeInterval(input: IntervalInput): Interval {
  const { truth, correctness, groups, level = 0.95 } = input;
  if (truth.length === 0) throw new GolemError("no-recordings", "An interval needs at least one recording.");
  const sizes = new Map<number, number>();
  for (const label of truth) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const weights = truth.map((label) => 1 / (sizes.size * sizes.get(label)!));
  const sums = new Map<number, number>();
  for (const [i, label] of truth.entries()) sums.set(label, (sums.get(label) ?? 0) + correctness[i]!);
  // Summed class by class, so that a perfect score is exactly 1.
  let estimate = 0;
  for (const [label, sum] of sums) estimate += sum / sizes.get(label)!;
  estimate /= sizes.size;
  const speakers = groups && computeSpeakerLoss(weights, correctness, estimate, groups, level);
  const getEffective = (p: number): number => {
    const independent = computeStratifiedSize(p, [...sizes.values()]);
    if (!speakers) return independent;
    return Math.min(independent, Math.max(independent * speakers.factor, speakers.floor));
  };
  const high = 1 - computeLowerLimit(1 - estimate, getEffective, (1 - level) / 2);
  const { growth, classes } = input.crossValidation ?? { growth: 1, classes: 2 };
  return {
    low: computeLowerLimit(estimate, getEffective, (1 - level) / 2),
    high: growth > 1 ? computeLearningGain(high, classes, growth) : high,
    estimate,
    effectiveRecordings: getEffective(estimate),
    designEffect: speakers?.designEffect ?? 1,
  };
}

/**
 * Computes the lower Clopper-Pearson limit: the p for which a result of at least `estimate` has probability
 * `tail`. The effective size is taken at p, not at the estimate, and is symmetric in p and 1 - p.
 */
function computeLowerLimit(estimate: number, getEffective: (p: number) => number, tail: number): number {
  if (estimate <= 0) return 0;
  return bisect(0, estimate, tail, (p) => {
    const size = getEffective(p);
    return computeIncompleteBeta(size * estimate, size * (1 - estimate) + 1, p);
  });
}

/**
 * Computes the binomial size with the maximum variance of a mean of class means whose true value is p: p (1 -
 * p) over max sum_c p_c (1 - p_c) / (classes^2 n_c). The maximum has p_c = (1 - multiplier x n_c) / 2 within
 * [0, 1] (Lagrange).
 */
export function computeStratifiedSize(p: number, sizes: readonly number[]): number {
  const smallest = Math.min(...sizes);
  const classes = sizes.length;
  if (smallest === Math.max(...sizes) || p <= 0 || p >= 1) return smallest * classes;
  const getRecall = (multiplier: number, size: number): number =>
    Math.min(1, Math.max(0, (1 - multiplier * size) / 2));
  const multiplier = bisect(-1 / smallest, 1 / smallest, -p, (m) => {
    let sum = 0;
    for (const size of sizes) sum += getRecall(m, size);
    return -sum / classes;
  });
  let variance = 0;
  for (const size of sizes) {
    const recall = getRecall(multiplier, size);
    variance += (recall * (1 - recall)) / (classes * classes * size);
  }
  return (p * (1 - p)) / variance;
}

/** Computes the factor on the effective size, and its minimum, if recordings come in groups. */
function computeSpeakerLoss(
  weights: readonly number[],
  correctness: ArrayLike<number>,
  estimate: number,
  groups: readonly (string | undefined)[],
  level: number,
): { factor: number; floor: number; designEffect: number } {
  const totals = new Map<string | number, { weight: number; residual: number }>();
  let weightSquares = 0;
  let residualSquares = 0;
  for (const [i, weight] of weights.entries()) {
    const key = groups[i] ?? i;
    const total = totals.get(key) ?? { weight: 0, residual: 0 };
    const residual = weight * (correctness[i]! - estimate);
    total.weight += weight;
    total.residual += residual;
    totals.set(key, total);
    weightSquares += weight ** 2;
    residualSquares += residual ** 2;
  }
  let groupWeightSquares = 0;
  let groupResidualSquares = 0;
  for (const total of totals.values()) {
    groupWeightSquares += total.weight ** 2;
    groupResidualSquares += total.residual ** 2;
  }
  const speakers = 1 / groupWeightSquares;
  const recordings = 1 / weightSquares;
  if (recordings - speakers < 1e-9) return { factor: 1, floor: recordings, designEffect: 1 };
  // s / (s - 1) undoes the pull of the estimate towards each total.
  const spread = groupResidualSquares / (1 - groupWeightSquares);
  const independentSpread = residualSquares / (1 - weightSquares);
  // Residuals below 1e-10 are rounding errors: all recordings are equally right, so speakers cannot be
  // compared.
  const isVaried = residualSquares > 1e-20 * weightSquares && speakers > 1;
  const expected = 1 + (recordings / speakers - 1) * usual.correlation;
  const degrees = isVaried ? speakers - 1 : 0;
  const measured = isVaried ? spread / independentSpread : 0;
  const designEffect = Math.max(
    1,
    (degrees * measured + usual.degrees * expected) / (degrees + usual.degrees),
  );
  const quantile = (freedom: number): number => computeStudentQuantile((1 + level) / 2, Math.max(1, freedom));
  const correction = (quantile(recordings - 1) / quantile(speakers - 1 + usual.degrees)) ** 2;
  return { factor: Math.min(1, correction) / designEffect, floor: speakers, designEffect };
}
