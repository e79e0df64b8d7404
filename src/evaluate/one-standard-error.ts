/**
 * Chooses the simplest of several classifiers that is not clearly worse than the best: the one-standard-error
 * rule.
 *
 * Not its concern: the candidates, folds.
 * Reference: Breiman, Friedman, Olshen and Stone 1984, Classification and Regression Trees, section 3.4.3: of
 * candidates in the order of their complexity, the simplest whose held-out error is at most one standard
 * error above the lowest.
 *
 * Here the standard error is that of the difference to the best, since all candidates predict the same
 * recordings in the same folds, and the difficulty that recordings have for all of them cancels (the book's
 * is of the lowest error itself, which is larger). It is linearised (Woodruff 1971): the difference of
 * balanced accuracies is a weighted sum over recordings, summed by speaker if speakers are known, and its
 * variance is the sum of the squared residuals of speakers (or recordings) times G / (G - 1). It excludes the
 * effect of another draw of training recordings, so it is slightly too small.
 */

/** Candidates in ascending complexity; arrays have one entry per recording. */
export interface SimplestInput {
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** Speaker of each recording if folds are by speaker; undefined entries are each their own group. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** Of each candidate: the share of repeats in which each recording is right. At least one candidate. */
  readonly correctness: readonly (readonly number[])[];
}

/** The difference of a candidate from the best one. */
export interface Distance {
  /** Balanced accuracy of the best minus its own; 0 or more. */
  readonly difference: number;
  /** Standard error of that difference; 0 for the best. */
  readonly standardError: number;
  /** Whether the difference is at most one standard error. */
  readonly isClose: boolean;
}

/** The choice; numbers are indices of candidates. */
export interface SimplestChoice {
  /** The one with the highest balanced accuracy; the simplest of several. */
  readonly best: number;
  /** The simplest within one standard error of the best. */
  readonly simplest: number;
  /** Balanced accuracy of each candidate. */
  readonly scores: readonly number[];
  readonly distances: readonly Distance[];
}

/** Differences below this are rounding errors. */
const rounding = 1e-12;

/** Chooses the simplest candidate within one standard error of the best. */
export function chooseSimplest({ truth, groups, correctness }: SimplestInput): SimplestChoice {
  const sizes = new Map<number, number>();
  for (const label of truth) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const weights = truth.map((label) => 1 / (sizes.size * sizes.get(label)!));
  const scores = correctness.map((right) => weights.reduce((sum, weight, i) => sum + weight * right[i]!, 0));
  const highest = Math.max(...scores);
  const best = scores.findIndex((score) => score >= highest - rounding);
  const distances = correctness.map((right): Distance => {
    const differences = right.map((value, i) => correctness[best]![i]! - value);
    const difference = Math.max(
      0,
      weights.reduce((sum, weight, i) => sum + weight * differences[i]!, 0),
    );
    const standardError = computeStandardError(weights, differences, difference, groups);
    return { difference, standardError, isClose: difference <= standardError + rounding };
  });
  return { best, simplest: distances.findIndex(({ isClose }) => isClose), scores, distances };
}

/** Computes the standard error of a weighted mean (weights sum to 1) of values that come in groups. */
function computeStandardError(
  weights: readonly number[],
  values: readonly number[],
  mean: number,
  groups: SimplestInput["groups"],
): number {
  const residuals = new Map<string | number, number>();
  for (const [i, weight] of weights.entries()) {
    const key = groups?.[i] ?? i;
    residuals.set(key, (residuals.get(key) ?? 0) + weight * (values[i]! - mean));
  }
  if (residuals.size < 2) return 0;
  let squares = 0;
  for (const residual of residuals.values()) squares += residual * residual;
  return Math.sqrt((squares * residuals.size) / (residuals.size - 1));
}
