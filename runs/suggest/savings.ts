/**
 * How many labels a way to choose saves: curves over labels, the level that random choice reaches, and who reaches it when.
 *
 * Curves are means over draws, made monotone by isotonic regression (pool adjacent violators, Ayer et al. 1955) so that noise is
 * not taken for an early arrival; intervals are by a bootstrap over draws, all ways of a draw together.
 * Not its concern: classifiers, data sets.
 */
import { createRandom } from "../../src/core/random.ts";

const resamples = 2000;

/** What one draw gave: a curve of each way to choose; of random choice the mean of several. */
export type DrawCurves = Readonly<Record<string, readonly number[]>>;

/** One way to choose against random choice, at the level that random choice reaches with `labels` labels. */
export interface Saving {
  readonly labels: number;
  /** That level. */
  readonly accuracy: number;
  /** Labels needed for it; undefined where it was not reached. */
  readonly needed: number | undefined;
  /** 1 - needed / labels, at least 0 (a level not reached saves nothing), with its 95 % interval. */
  readonly saved: number;
  readonly interval: readonly [low: number, high: number];
}

/** The non-decreasing curve nearest to this one in squares. */
export function fitMonotone(values: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = [];
  for (const value of values) {
    blocks.push({ sum: value, count: 1 });
    for (let last = blocks.length - 1; last > 0; last--) {
      const [before, after] = [blocks[last - 1]!, blocks[last]!];
      if (before.sum / before.count <= after.sum / after.count) break;
      blocks.splice(last - 1, 2, { sum: before.sum + after.sum, count: before.count + after.count });
    }
  }
  return blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
}

/** Where a monotone curve first reaches a level, in steps (between two, on the straight line); undefined where it does not. */
export function findArrival(curve: readonly number[], level: number): number | undefined {
  const step = curve.findIndex((value) => value >= level - 1e-9);
  if (step <= 0) return step === 0 ? 0 : undefined;
  const [low, high] = [curve[step - 1]!, curve[step]!];
  return step - 1 + (high > low ? Math.min(1, (level - low) / (high - low)) : 1);
}

/** The mean of curves, over the steps that all of them have. */
export function computeMeanCurve(curves: readonly (readonly number[])[]): number[] {
  const steps = Math.min(...curves.map(({ length }) => length));
  return Array.from({ length: steps }, (_, step) =>
    curves.reduce((sum, c) => sum + c[step]! / curves.length, 0),
  );
}

/** What `method` saves when `steps` batches of `batch` labels chosen at random set the level. */
export function computeSaving(
  draws: readonly DrawCurves[],
  method: string,
  { steps, batch }: { readonly steps: number; readonly batch: number },
): Saving {
  const measure = (chosen: readonly DrawCurves[]) => {
    const random = fitMonotone(computeMeanCurve(chosen.map((draw) => draw.random!)));
    const level = random[steps]!;
    const arrival = findArrival(fitMonotone(computeMeanCurve(chosen.map((draw) => draw[method]!))), level);
    // Random choice itself may be there before, where its curve is flat: only what is ahead of it counts as saved.
    const reference = findArrival(random, level)!;
    const saved = arrival === undefined || reference === 0 ? 0 : Math.max(0, 1 - arrival / reference);
    return { level, arrival, reference, saved };
  };
  const { level, arrival, reference, saved } = measure(draws);
  const random = createRandom(steps, draws.length);
  const values = Array.from(
    { length: resamples },
    () => measure(draws.map(() => draws[random.integer(draws.length)]!)).saved,
  ).sort((a, b) => a - b);
  return {
    labels: reference * batch,
    accuracy: level,
    needed: arrival === undefined ? undefined : arrival * batch,
    saved,
    interval: [values[Math.floor(0.025 * resamples)]!, values[Math.ceil(0.975 * resamples) - 1]!],
  };
}
