/**
 * How much balanced accuracies at several sizes of the training side may be off, and how much they are off together.
 *
 * Not its concern: what the sizes are, how a curve is fitted.
 * The standard deviation is the one behind the intervals (interval.ts), half the width over 1.96, so that few recordings, unequal classes
 * and few speakers count here as they do there. It is the mean over sizes, the same for all: with unequal deviations and high correlations
 * least squares puts a curve beside all of its points (Peelle's puzzle). Correlations are those of the recordings' (speakers') contributions: the
 * same recordings are tested at every size, so differences are known far better than levels. One recording more, with the same
 * fate at every size, keeps correlations defined where everything is right. Added to the variances: that of the mean over repeats (other
 * draws, other answers), and (half a point)^2, since no curve has exactly the shape of a model.
 */
import type { ShotScore } from "./shot-scores.ts";

/** What was measured, on which recordings. */
export interface CurveCovarianceInput {
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** Speaker of each recording where scores are by speaker; undefined entries stand for themselves. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** What was measured at each size. */
  readonly scores: readonly Pick<ShotScore, "correctness" | "interval" | "repeatAccuracies">[];
}

const quantile = 1.96;
const ownShare = 0.02;
const modelDeviation = 0.005;

/** Computes the covariance matrix `[sizes][sizes]`; positive definite. */
export function computeCurveCovariance(input: CurveCovarianceInput): number[][] {
  const { truth, groups, scores } = input;
  const counts = new Map<number, number>();
  for (const label of truth) counts.set(label, (counts.get(label) ?? 0) + 1);
  const totals = new Map<string | number, number[]>();
  for (const [i, label] of truth.entries()) {
    const weight = 1 / (counts.size * counts.get(label)!);
    const key = groups?.[i] ?? i;
    const total = totals.get(key) ?? scores.map(() => 0);
    for (const [s, { correctness, interval }] of scores.entries()) {
      total[s]! += weight * (correctness[i]! - interval.estimate);
    }
    totals.set(key, total);
  }
  const contributions = [...totals.values(), scores.map(() => 0.5 / truth.length)];
  const multiply = (s: number, t: number): number =>
    contributions.reduce((sum, total) => sum + total[s]! * total[t]!, 0);
  const deviation =
    scores.reduce((sum, { interval }) => sum + (interval.high - interval.low) / (2 * quantile), 0) /
    scores.length;
  return scores.map(({ repeatAccuracies }, s) =>
    scores.map((_, t) => {
      if (s === t) return deviation ** 2 + computeMeanVariance(repeatAccuracies) + modelDeviation ** 2;
      const correlation = multiply(s, t) / Math.sqrt(multiply(s, s) * multiply(t, t));
      return (1 - ownShare) * correlation * deviation ** 2;
    }),
  );
}

/** Variance of the mean of independent values; 0 for a single one. */
function computeMeanVariance(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n * (n - 1));
}
