/**
 * The threshold below which a score means unknown, so that a stated share of recordings of known classes is turned away.
 *
 * With k = floor(rate (n + 1)), the k-th lowest of n held-out scores is exceeded by a new one of the same kind with probability
 * 1 - k / (n + 1) (Vovk et al. 2005, conformal prediction). Where n is too small for that (under 19 at 5 %) no order statistic keeps
 * the rate; the prediction limit of a normal sample (Hahn 1970) stands in, if it is lower than all scores.
 * Not its concern: what the scores measure.
 */
import { computeStudentQuantile } from "../math/distribution.ts";

/** Share of recordings of known classes that may be called unknown. */
export const falseRejectionRate = 0.05;

/** The threshold for scores of which higher is more familiar; -Infinity where fewer than two are there. */
export function computeRejectionThreshold(scores: readonly number[], rate = falseRejectionRate): number {
  const count = scores.length;
  if (count < 2) return Number.NEGATIVE_INFINITY;
  const sorted = [...scores].sort((a, b) => a - b);
  const rank = Math.floor(rate * (count + 1));
  if (rank >= 1) return sorted[rank - 1]!;
  const mean = sorted.reduce((sum, score) => sum + score, 0) / count;
  const variance = sorted.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (count - 1);
  const limit = mean - computeStudentQuantile(1 - rate, count - 1) * Math.sqrt(variance * (1 + 1 / count));
  return Math.min(sorted[0]!, limit);
}
