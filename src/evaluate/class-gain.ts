/**
 * Forecasts the gain in balanced accuracy from more recordings of one class, for each class.
 *
 * Not its concern: fitting curves, folds, names of classes.
 *
 * Method: as the recordings of a class grow, its errors fall by the same factor as those of a class with the
 * mean error on the curves fitted to the whole data (learning-curve-fit.ts), starting from the class's own
 * number of recordings and its own recall, shrunk towards the mean as far as chance explains the differences
 * (empirical Bayes, Efron and Morris 1975). Its error is computed as if all classes grew, in which case other
 * classes' recordings are confused with it less too; the part of this gain that does not occur is balanced by
 * other classes' gain, since it is confused less with them. So the gains of all classes sum to the gain of
 * the whole, which simulation confirms.
 *
 * The alternative, measuring the loss when half of a class is withheld, costs one training per class and
 * fold, and with five test recordings per class it measures mostly chance: its correlation with the true
 * gains (simulated, ten classes) was .1 to .3. That of this method was -.1 to .8: good for classes of unequal
 * size (.7 to .8), weak for equal ones.
 *
 * Intervals allow each class its own noise, up to three times more or less than the common one. The method
 * holds for heads that weight classes equally (class weight "balanced"). Without weights a head is biased
 * towards the larger class: more recordings of one class alone then gained nothing on real recordings and
 * lost up to 24 points in simulation. Nearest centroids lose too with many noisy features: the mean of more
 * recordings is closer to all rows. Real recordings: runs/results/class-gain.md.
 */
import { bisect } from "../math/distribution.ts";
import {
  computeQuantiles,
  type LearningCurveFit,
  type Prediction,
  type WeightedValue,
} from "./learning-curve-fit.ts";

/** Statistics of the classes; arrays have one entry per class that occurs. */
interface ClassGainInput {
  readonly fit: LearningCurveFit;
  /** Recordings of each class. */
  readonly sizes: readonly number[];
  /** Recordings of each class trained on when `recalls` were measured; means over folds. */
  readonly trained: readonly number[];
  readonly recalls: readonly number[];
  /** Recordings to be added to one class. */
  readonly added: number;
  /** The stated score with all recordings; gains are shares of its remaining errors. */
  readonly score?: number | undefined;
}

const furthest = 8;
/** Noise of a class relative to the common one. */
const noiseFactors = [1 / 3, 1, 3];
/** Eight equally likely values of a standard normal. */
const normalNodes = [-1.75, -1.05, -0.57, -0.18, 0.18, 0.57, 1.05, 1.75];

/**
 * Computes the gain in balanced accuracy (0.01 is a point) from `added` recordings of each class alone; in
 * the order of the classes.
 */
export function computeClassGains(input: ClassGainInput): Prediction[] {
  const { fit, sizes, trained, recalls, added, score } = input;
  const classes = sizes.length;
  const recordings = sizes.reduce((sum, size) => sum + size, 0);
  const mean = recalls.reduce((sum, recall) => sum + recall, 0) / classes;
  const { centres, deviations } = shrinkRecalls(recalls, sizes, mean);
  // Half an error at least, so that factors are defined if everything is right.
  const distance = bisect(0, furthest, Math.min(mean, 1 - 0.5 / recordings), fit.getAccuracy);
  const getError = (n: number, known: number, noise: number): number =>
    1 - fit.getAccuracy(distance * Math.sqrt((1 + noise / known) / (1 + noise / n)));
  /** Errors expected by the curves with all recordings. */
  let left = 0;
  for (const { noise, weight } of fit.shapes) {
    for (const [c, size] of sizes.entries()) {
      const known = trained[c]!;
      left +=
        ((weight * (1 - centres[c]!)) / classes) *
        (getError(size, known, noise) / getError(known, known, noise));
    }
  }
  const share = score === undefined || left <= 0 ? 1 : Math.min(1, (1 - score) / left);
  return sizes.map((size, c) => {
    const known = trained[c]!;
    /** Share of the errors, as counted with the recordings trained on, that the added ones would correct. */
    const computeCorrected = (noise: number): number =>
      (share * Math.max(0, getError(size, known, noise) - getError(size + added, known, noise))) /
      getError(known, known, noise);
    let estimate = 0;
    const values: WeightedValue[] = [];
    for (const { noise, weight } of fit.shapes) {
      estimate += (weight * computeCorrected(noise) * (1 - centres[c]!)) / classes;
      for (const factor of noiseFactors) {
        const corrected = computeCorrected(factor * noise);
        for (const node of normalNodes) {
          const recall = Math.min(1, Math.max(0, centres[c]! + node * deviations[c]!));
          values.push({ value: (corrected * (1 - recall)) / classes, weight });
        }
      }
    }
    const [low, high] = computeQuantiles(values, 0.95);
    return { estimate, low: Math.min(low, estimate), high: Math.max(high, estimate) };
  });
}

/** Recalls shrunk towards their mean, and their standard deviations. */
function shrinkRecalls(
  recalls: readonly number[],
  sizes: readonly number[],
  mean: number,
): { centres: number[]; deviations: number[] } {
  const classes = sizes.length;
  const recordings = sizes.reduce((sum, size) => sum + size, 0);
  const safe = Math.min(1 - 0.5 / recordings, Math.max(0.5 / recordings, mean));
  const variances = sizes.map((size) => (safe * (1 - safe)) / size);
  const spread = recalls.reduce((sum, recall) => sum + (recall - mean) ** 2, 0) / Math.max(1, classes - 1);
  const between = Math.max(0, spread - variances.reduce((sum, variance) => sum + variance, 0) / classes);
  const kept = variances.map((variance) => between / (between + variance));
  return {
    centres: recalls.map((recall, c) => mean + kept[c]! * (recall - mean)),
    deviations: variances.map((variance, c) =>
      Math.sqrt(kept[c]! * variance + ((1 - kept[c]!) ** 2 * variance) / classes),
    ),
  };
}
