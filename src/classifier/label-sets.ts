/**
 * Label sets: the labels, including the most probable one, that cannot be excluded at a stated level
 * (evaluate/conformal.ts).
 *
 * Not its concern: files, views.
 *
 * The classifier trained on all recordings is used in place of those of the folds, so only one number per
 * recording and repeat has to be stored.
 */
import {
  computeLabelPValues,
  computeNonconformity,
  type LabelCalibration,
  selectLabels,
} from "../evaluate/conformal.ts";

/** Intended share of label sets that contain the true label, for recordings of known classes. */
export const labelSetLevel = 0.9;

/** Lists the classes of a set, most probable first, for the probabilities of one recording. */
export function computeLabelSet(calibration: LabelCalibration, probabilities: ArrayLike<number>): number[] {
  const nonconformity = computeNonconformity(probabilities);
  const best = nonconformity.indexOf(Math.min(...nonconformity));
  return selectLabels(computeLabelPValues(calibration, [nonconformity]), best, 1 - labelSetLevel);
}

/**
 * Computes the lowest probability at which a class is in the set; the most probable one always is. 0 if no
 * class can be excluded.
 */
export function computeLeastProbability({ scores, repeats = 1 }: LabelCalibration): number {
  const recordings = scores.length / repeats;
  const falling = [...scores].sort((a, b) => b - a);
  // For a class with the m-th highest score, m are at least as high; p-value as in `computeLabelPValues`.
  const place = falling.findIndex((_, i) => (1 + (i + 1) / repeats) / (recordings + 1) > 1 - labelSetLevel);
  const isAlwaysIncluded = 1 / (recordings + 1) > 1 - labelSetLevel;
  return isAlwaysIncluded ? 0 : 1 - falling[place]!;
}
