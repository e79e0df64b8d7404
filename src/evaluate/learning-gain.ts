/**
 * Upper limit of the expected gain of a classifier from more training recordings (from all of them instead of
 * the share that cross-validation trains on).
 *
 * Not its concern: intervals, folds, the classifier.
 *
 * Model: the score of the true class is normal around d, those of the others around 0, all with deviation 1,
 * so that accuracy is the integral of phi(x - d) Phi(x)^(classes - 1) (Green and Swets 1966, m-alternative
 * forced choice). If the noise of few recordings limits a classifier, d grows with the square root of their
 * number; if anything else limits it, d grows less. This is a model, not a theorem: runs/interval-coverage.ts
 * tests it on simulated data.
 */
import { bisect } from "../math/distribution.ts";

const step = 0.05;
const reach = 8;
const grid = Array.from({ length: Math.round((2 * reach) / step) + 1 }, (_, i) => -reach + i * step);
const getDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** Integral of the density from a to b, which are close to each other: Simpson's rule. */
const integrate = (a: number, b: number): number =>
  ((b - a) / 6) * (getDensity(a) + 4 * getDensity((a + b) / 2) + getDensity(b));

/** Phi on the grid. */
const cumulative = grid.map(() => 0);
for (let i = 1; i < grid.length; i++) {
  cumulative[i] = cumulative[i - 1]! + integrate(grid[i - 1]!, grid[i]!);
}

function getCumulative(x: number): number {
  if (x >= reach) return 1;
  const i = Math.max(0, Math.floor((x + reach) / step));
  return cumulative[i]! + integrate(grid[i]!, x);
}

/** Computes the accuracy among `classes` answers at distance d >= 0 (trapezoidal rule, error below 1e-6). */
export function computeChoiceAccuracy(d: number, classes: number): number {
  let sum = 0;
  for (const u of grid) sum += getDensity(u) * getCumulative(u + d) ** (classes - 1) * step;
  return Math.min(1, sum);
}

/**
 * Tabulates {@link computeChoiceAccuracy}, for many calls: linear interpolation between steps of 0.02 (error
 * below 1e-4), constant beyond 8.
 */
export function createChoiceCurve(classes: number): (d: number) => number {
  const spacing = 0.02;
  const last = Math.round(reach / spacing);
  const values = new Float64Array(last + 1);
  for (let i = 0; i <= last; i++) {
    // Rounding must not make it decrease.
    values[i] = Math.max(values[i - 1] ?? 0, computeChoiceAccuracy(i * spacing, classes));
  }
  return (d) => {
    const place = Math.min(last, Math.max(0, d / spacing));
    const left = Math.min(last - 1, Math.floor(place));
    const [a, b] = [values[left]!, values[left + 1]!];
    return Math.min(b, a + (b - a) * (place - left));
  };
}

/**
 * Computes the highest expected accuracy when training recordings grow by the factor `growth` (at least 1),
 * from `accuracy` with `classes` classes. At or below chance, and at 1, there is no gain.
 */
export function computeLearningGain(accuracy: number, classes: number, growth: number): number {
  const furthest = reach;
  if (accuracy <= 1 / classes || accuracy >= computeChoiceAccuracy(furthest, classes)) return accuracy;
  const d = bisect(0, furthest, accuracy, (x) => computeChoiceAccuracy(x, classes));
  return Math.max(accuracy, computeChoiceAccuracy(Math.min(furthest, d * Math.sqrt(growth)), classes));
}
