/**
 * The difference of two classifiers' balanced accuracies on the same recordings, with its 95 % interval.
 *
 * The interval of the accuracies is the union of two. One is that of paired proportions with half a recording
 * added to each cell (Agresti and Min, Statistics in Medicine 2005), for the effective number of recordings
 * under the class weights: it is right for the few disagreements of similar classifiers, for which the usual
 * variance is 0 or nearly so. The other contains the differences that a test of exchanged speakers does not
 * reject: recordings of one speaker are exchanged together. It is a score interval: the variance is computed
 * around the tested difference, not around the estimate (Boos, The American Statistician, 1992). Around the
 * estimate, equal versions were too often found to differ (runs/results/diff.md).
 */
import { GolemError } from "../core/error.ts";
import { computeStudentQuantile } from "../math/distribution.ts";

const normalQuantile = computeStudentQuantile(0.975, 1e6);

/** Input of a comparison. All arrays have one entry per recording. */
export interface PairedInput {
  /** Class of each recording. */
  readonly truth: readonly string[];
  /** 1 right, 0 wrong, or a share if there are several predictions. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Speaker of each recording; an undefined entry is its own group. */
  readonly groups: readonly (string | undefined)[];
}

/** b minus a: positive if b is better. */
export interface PairedDifference {
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
}

/** Computes the difference; `no-recordings` if there is nothing to compare. */
export function computePairedDifference(input: PairedInput): PairedDifference {
  const { a, b } = input;
  const weights = computeWeights(input.truth);
  const changes = a.map((own, row) => b[row]! - own);
  const difference = weights.reduce((sum, weight, row) => sum + weight * changes[row]!, 0);

  const effective = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  const disagreement = weights.reduce((sum, weight, row) => sum + weight * Math.abs(changes[row]!), 0);
  const corrected = effective + 2;
  const paired = (effective * disagreement + 1 - (effective * difference) ** 2 / corrected) / corrected ** 2;
  const margin = normalQuantile * Math.sqrt(Math.max(0, paired));
  const [low, high] = computeGroupedInterval(weights, changes, input.groups);
  return {
    difference,
    interval: [
      Math.max(-1, Math.min(low, difference - margin)),
      Math.min(1, Math.max(high, difference + margin)),
    ],
  };
}

/**
 * Computes the difference of two losses, the mean over classes, with its 95 % interval; `a` and `b` are
 * losses from 0 to `maximum`. `no-recordings` if there is nothing to compare.
 */
export function computeLossDifference(input: PairedInput, maximum: number): PairedDifference {
  const weights = computeWeights(input.truth);
  const changes = input.a.map((own, row) => input.b[row]! - own);
  const [low, high] = computeGroupedInterval(weights, changes, input.groups);
  return {
    difference: weights.reduce((sum, weight, row) => sum + weight * changes[row]!, 0),
    interval: [Math.max(-maximum, low), Math.min(maximum, high)],
  };
}

/**
 * Computes the weight of each recording: all classes have the same total weight, and all weights sum to 1.
 * Throws `no-recordings` if there are none.
 */
export function computeWeights(truth: readonly string[]): number[] {
  if (truth.length === 0) {
    throw new GolemError("no-recordings", "A comparison needs at least one recording that both predicted.");
  }
  const sizes = new Map<string, number>();
  for (const label of truth) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return truth.map((label) => 1 / (sizes.size * sizes.get(label)!));
}

/**
 * Computes all d with (D - d)^2 <= q^2 * sum over speakers of (total of the changes - d * total of the
 * weights)^2; for so few speakers that this excludes nothing, the interval around the estimate. With a single
 * speaker, recordings are treated as independent.
 */
function computeGroupedInterval(
  weights: readonly number[],
  changes: readonly number[],
  groups: readonly (string | undefined)[],
): readonly [number, number] {
  const totals = new Map<string, { weight: number; change: number }>();
  for (const [row, group] of groups.entries()) {
    // The prefix distinguishes row numbers from names of speakers.
    const key = group === undefined ? `#${row}` : `@${group}`;
    const { weight, change } = totals.get(key) ?? { weight: 0, change: 0 };
    totals.set(key, { weight: weight + weights[row]!, change: change + weights[row]! * changes[row]! });
  }
  const all = [...totals.values()];
  const count = all.length;
  if (count < 2 && groups.length > 1) {
    return computeGroupedInterval(
      weights,
      changes,
      groups.map(() => undefined),
    );
  }
  const sum = (get: (own: (typeof all)[number]) => number) => all.reduce((total, own) => total + get(own), 0);
  const difference = sum(({ change }) => change);
  if (count < 2) return [difference, difference];
  const quadratic = 1 - normalQuantile ** 2 * sum(({ weight }) => weight * weight);
  if (quadratic <= 0) {
    const squares = sum(({ weight, change }) => (change - difference * weight) ** 2);
    const margin = computeStudentQuantile(0.975, count - 1) * Math.sqrt((count / (count - 1)) * squares);
    return [difference - margin, difference + margin];
  }
  const half = difference - normalQuantile ** 2 * sum(({ weight, change }) => weight * change);
  const constant = difference ** 2 - normalQuantile ** 2 * sum(({ change }) => change * change);
  const root = Math.sqrt(Math.max(0, half * half - quadratic * constant));
  return [(half - root) / quadratic, (half + root) / quadratic];
}
