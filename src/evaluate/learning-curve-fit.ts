/**
 * Fits curves to balanced accuracies at a few sizes of the training side, and predicts the accuracy at larger
 * sizes.
 *
 * Not its concern: recordings, folds, how accuracies were measured, except for their covariance.
 *
 * Model: that of learning-gain.ts, with a limit. The distance of the true class's score from the others, in
 * standard deviations, is d(n) = limit / sqrt(1 + noise / n) with n recordings per class: the separation of
 * the classes (limit), reduced by the uncertainty from few recordings (noise). It starts as sqrt(n) and
 * flattens to the limit, and the implied accuracy is between chance and 1.
 *
 * The inverse power law, error = a + b n^-c (Cortes et al., NIPS 1993; Viering and Loog 2021), describes the
 * end of learning curves; 1 to 5 recordings per class are at the start, where accuracy still accelerates.
 * Fitted in the same way to the same points, its forecasts were too low: its 95 % interval contained the
 * accuracy with twice the data in 82 % of simulated data sets (three heads, five kinds of Gaussian classes),
 * that of this model in 96 %.
 *
 * Fit: a grid of curves, each weighted by the likelihood of the measurements (generalised least squares with
 * the given covariance) and by a prior that is flat in the accuracy and nearly flat in its growth: uniform in
 * the accuracy at the largest size (with a twentieth on chance itself), uniform in the logarithm of noise
 * between a third of that size and 30 times it (with an eighteenth on none: no growth). So two points, or
 * one, are enough for a prediction, which is then wide. The fit needs no optimiser and no random numbers, and
 * curves stay within their bounds. An interval is a pair of quantiles of the weighted curves; it has a width
 * even if everything is right, unlike a bootstrap of recordings. If even the best curve fits badly, the
 * covariance is inflated until it fits (Birge, Phys. Rev. 1932).
 */
import { bisect } from "../math/distribution.ts";
import type { Headline } from "./headline.ts";
import { createChoiceCurve } from "./learning-gain.ts";

/** A measured point. */
export interface CurvePoint {
  /** Training recordings per class, not necessarily whole. */
  readonly recordingsPerClass: number;
  readonly balancedAccuracy: number;
}

/** Accuracy as a function of the training recordings per class. */
type Curve = (recordingsPerClass: number) => number;

/** All curves, weighted. */
export interface LearningCurveFit {
  /** Accuracy at a distance, see {@link createChoiceCurve}. */
  readonly getAccuracy: (d: number) => number;
  /** Curves: every noise with every limit. */
  readonly shapes: readonly CurveShape[];
}

/** The curves of one noise. */
interface CurveShape {
  /** Number of recordings per class at which the distance is the limit / sqrt(2). */
  readonly noise: number;
  /** Sum of `weights`. */
  readonly weight: number;
  /** The best limit for this noise. */
  readonly bestLimit: number;
  readonly limits: readonly number[];
  /** Weight of the curve with each of the limits; all weights of all shapes sum to 1. */
  readonly weights: readonly number[];
}

/** A predicted number. */
export interface Prediction {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

const furthest = 8;
const step = 0.04;
/** Prior probability that the classes cannot be distinguished at all. */
const nothingLearned = 0.05;
/** Values of noise above 0, and the least and largest, relative to the largest size. */
const noises = 17;
const least = 1 / 3;
const most = 30;

/** Weights all curves by the points, in ascending size, with covariance matrix `[points][points]`. */
export function fitLearningCurve(
  points: readonly CurvePoint[],
  covariance: readonly (readonly number[])[],
  classes: number,
): LearningCurveFit {
  const getAccuracy = createChoiceCurve(classes);
  const lower = factorise(covariance);
  const last = points.at(-1)!.recordingsPerClass;
  const distances = Array.from({ length: Math.round(furthest / step) + 1 }, (_, i) => i * step);
  const logFits: number[][] = [];
  const grid = [
    0,
    ...Array.from(
      { length: noises },
      (_, j) => last * least ** (1 - j / (noises - 1)) * most ** (j / (noises - 1)),
    ),
  ];
  for (const noise of grid) {
    const blurs = points.map(({ recordingsPerClass: n }) => Math.sqrt((1 + noise / last) / (1 + noise / n)));
    logFits.push(
      distances.map((distance) => {
        const residuals = points.map(
          ({ balancedAccuracy }, i) => balancedAccuracy - getAccuracy(distance * blurs[i]!),
        );
        return -0.5 * computeSquaredLength(lower, residuals);
      }),
    );
  }
  const top = Math.max(...logFits.flat());
  const inflation = Math.max(1, (-2 * top) / Math.max(1, points.length - 2));
  const prior = distances.map((d) => getAccuracy(d + step / 2) - getAccuracy(d - step / 2) + 1e-12);
  prior[0]! += nothingLearned;
  const raw = logFits.map((row) => row.map((value, i) => prior[i]! * Math.exp((value - top) / inflation)));
  const total = raw.flat().reduce((sum, value) => sum + value, 0);
  return {
    getAccuracy,
    shapes: grid.map((noise, j) => {
      const scale = Math.sqrt(1 + noise / last);
      const weights = raw[j]!.map((value) => value / total);
      return {
        noise,
        weight: weights.reduce((sum, weight) => sum + weight, 0),
        bestLimit: step * findPeak(logFits[j]!) * scale,
        limits: distances.map((d) => d * scale),
        weights,
      };
    }),
  };
}

/**
 * Predicts a quantity read off a curve: an accuracy, or a difference of two. The estimate is the mean over
 * noises of the value of the best curve of each; low and high are quantiles over all curves at the given
 * level (default 0.95), and never exclude the estimate.
 */
export function predictFromCurves(
  { getAccuracy, shapes }: LearningCurveFit,
  read: (curve: Curve) => number,
  level = 0.95,
): Prediction {
  const readAt = (limit: number, noise: number): number =>
    read((n) => getAccuracy(limit / Math.sqrt(1 + noise / n)));
  const bests: WeightedValue[] = [];
  const values: WeightedValue[] = [];
  for (const { noise, weight, bestLimit, limits, weights } of shapes) {
    bests.push({ value: readAt(bestLimit, noise), weight });
    for (const [i, limit] of limits.entries()) {
      if (weights[i]! > 1e-9) values.push({ value: readAt(limit, noise), weight: weights[i]! });
    }
  }
  // Rounding must not put a mean above the largest of its values.
  const mean = bests.reduce((sum, { value, weight }) => sum + weight * value, 0);
  const estimate = Math.min(mean, Math.max(...bests.map(({ value }) => value)));
  const [low, high] = computeQuantiles(values, level);
  return { estimate, low: Math.min(low, estimate), high: Math.max(high, estimate) };
}

/** A stated score, and the recordings per class that it was measured with. */
export interface CurveAnchor extends Headline {
  readonly recordingsPerClass: number;
}

/**
 * Predicts the accuracy with `growth` (at least 1) times the recordings per class, on curves that pass
 * through the stated score, and the gain over it. The shape of the curves was measured at other sizes; the
 * interval starts as that of the score, and each of its ends follows a curve.
 */
export function forecastFromCurves(
  fit: LearningCurveFit,
  { balancedAccuracy, interval, recordingsPerClass: present }: CurveAnchor,
  growth: number,
): { readonly accuracy: Prediction; readonly gain: Prediction } {
  const { getAccuracy, shapes } = fit;
  if (growth === 1) {
    const [low, high] = interval;
    return {
      accuracy: { estimate: balancedAccuracy, low, high },
      gain: { estimate: 0, low: 0, high: 0 },
    };
  }
  const known = predictFromCurves(fit, (curve) => curve(growth * present) - curve(present));
  const stretches = shapes.map(({ noise, weight }) => ({
    value: Math.sqrt((1 + noise / present) / (1 + noise / (growth * present))),
    weight,
  }));
  // Each end of the score's interval is already unlikely, so it follows a likely curve.
  const [least, most] = computeQuantiles(stretches, 0.5);
  const follow = (accuracy: number, stretch: number): number => {
    if (accuracy <= getAccuracy(0)) return accuracy;
    const distance = bisect(0, furthest, accuracy, getAccuracy);
    return Math.max(accuracy, getAccuracy(distance * stretch));
  };
  // At or below chance no distance is defined, so the gain is that of all curves.
  const estimate =
    balancedAccuracy <= getAccuracy(0)
      ? balancedAccuracy + known.estimate
      : stretches.reduce((sum, { value, weight }) => sum + weight * follow(balancedAccuracy, value), 0);
  const gain = Math.max(0, estimate - balancedAccuracy);
  return {
    accuracy: {
      estimate: balancedAccuracy + gain,
      low: Math.min(follow(interval[0], least), balancedAccuracy + gain),
      high: Math.max(follow(interval[1], most), balancedAccuracy + gain),
    },
    gain: {
      ...{ estimate: gain, low: Math.min(known.low, gain) },
      high: Math.max(Math.min(known.high, 1 - balancedAccuracy), gain),
    },
  };
}

/** Finds the position of the maximum: the vertex of a parabola through the highest three entries. */
function findPeak(values: readonly number[]): number {
  const i = values.indexOf(Math.max(...values));
  if (i === 0 || i === values.length - 1) return i;
  const [before, at, after] = [values[i - 1]!, values[i]!, values[i + 1]!];
  const bend = before - 2 * at + after;
  return bend < 0 ? i + (before - after) / (2 * bend) : i;
}

/** A value and its weight. */
export interface WeightedValue {
  readonly value: number;
  readonly weight: number;
}

/** Computes the two quantiles that enclose `level` of the weight, with equal weight below and above. */
export function computeQuantiles(
  values: readonly WeightedValue[],
  level: number,
): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const find = (share: number): number => {
    let sum = 0;
    for (const { value, weight } of sorted) {
      sum += weight;
      if (sum >= share * total) return value;
    }
    return sorted.at(-1)!.value;
  };
  return [find((1 - level) / 2), find((1 + level) / 2)];
}

/** Computes the lower Cholesky factor. */
function factorise(matrix: readonly (readonly number[])[]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let m = 0; m < j; m++) sum -= lower[i]![m]! * lower[j]![m]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

/** Computes r' inverse(covariance) r, by forward substitution. */
function computeSquaredLength(lower: readonly (readonly number[])[], residuals: readonly number[]): number {
  const solved: number[] = [];
  let sum = 0;
  for (const [i, residual] of residuals.entries()) {
    let value = residual;
    for (let m = 0; m < i; m++) value -= lower[i]![m]! * solved[m]!;
    solved.push(value / lower[i]![i]!);
    sum += solved[i]! ** 2;
  }
  return sum;
}
