/**
 * The difference of two classifiers' balanced accuracies on the same recordings, with its 95 % interval.
 *
 * Not its concern: which recordings are compared, how they were predicted.
 *
 * The variance is the larger of two. One is that of paired proportions with half a recording added to each
 * cell (Agresti and Min, Statistics in Medicine 2005), on the number of recordings that equal weights would
 * give: it is right for the few disagreements that similar classifiers have, where the usual variance is 0 or
 * nearly so. The other is linearised, over speakers (Kish, Survey Sampling, 1965), with the quantile of
 * Student's distribution: recordings of one speaker change sides together.
 */
import { GolemError } from "../core/error.ts";
import { computeStudentQuantile } from "../math/distribution.ts";

/** What is compared. All arrays have one entry per recording. */
export interface PairedInput {
  /** Class of each recording. */
  readonly truth: readonly string[];
  /** 1 right, 0 wrong, or a share where there are several predictions. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Speaker of each recording; an undefined entry is its own group. */
  readonly groups: readonly (string | undefined)[];
}

/** b minus a: positive where b is better. */
export interface PairedDifference {
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
}

/** Computes the difference; `no-recordings` when there is nothing to compare. */
export function computePairedDifference({ truth, a, b, groups }: PairedInput): PairedDifference {
  if (truth.length === 0) {
    throw new GolemError("no-recordings", "A comparison needs at least one recording that both predicted.");
  }
  const sizes = new Map<string, number>();
  for (const label of truth) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const weights = truth.map((label) => 1 / (sizes.size * sizes.get(label)!));
  const changes = truth.map((_, row) => b[row]! - a[row]!);
  const difference = weights.reduce((sum, weight, row) => sum + weight * changes[row]!, 0);

  const effective = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  const disagreement = weights.reduce((sum, weight, row) => sum + weight * Math.abs(changes[row]!), 0);
  const corrected = effective + 2;
  const paired = (effective * disagreement + 1 - (effective * difference) ** 2 / corrected) / corrected ** 2;

  const totals = new Map<string, number>();
  for (const [row, group] of groups.entries()) {
    // A number cannot be a speaker's name.
    const key = group === undefined ? `#${row}` : `@${group}`;
    totals.set(key, (totals.get(key) ?? 0) + weights[row]! * (changes[row]! - difference));
  }
  const count = totals.size;
  const grouped =
    count > 1
      ? (count / (count - 1)) * [...totals.values()].reduce((sum, total) => sum + total * total, 0)
      : 0;
  const margin = Math.max(
    computeStudentQuantile(0.975, 1e6) * Math.sqrt(Math.max(0, paired)),
    count > 1 ? computeStudentQuantile(0.975, count - 1) * Math.sqrt(grouped) : 0,
  );
  return {
    difference,
    interval: [Math.max(-1, difference - margin), Math.min(1, difference + margin)],
  };
}
