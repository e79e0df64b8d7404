/**
 * Computes how many labels a method of choice saves: curves over labels, the level that random choice
 * reaches, and when each method reaches it.
 *
 * Curves are means over draws, made monotone by isotonic regression (pool adjacent violators, Ayer et al.
 * 1955) so that noise does not count as reaching a level early; intervals are computed by a bootstrap over
 * draws, with all methods of a draw together.
 */
import { createRandom } from "../../src/core/random.ts";

const resamples = 2000;

/** The result of one draw: a curve of each method; of random choice, the mean of several runs. */
export type DrawCurves = Readonly<Record<string, readonly number[]>>;

/** One method compared with random choice, at the level that random choice reaches with `labels` labels. */
export interface Saving {
  readonly labels: number;
  /** That level. */
  readonly accuracy: number;
  /** Number of labels needed to reach it; undefined if it was not reached. */
  readonly needed: number | undefined;
  /** 1 - needed / labels, at least 0 (a level not reached saves nothing), with its 95 % interval. */
  readonly saved: number;
  readonly interval: readonly [low: number, high: number];
}

/** Fits the non-decreasing curve with the least squared distance to this one. */
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

/**
 * Finds where a monotone curve first reaches a level, in steps (with linear interpolation); undefined if it
 * does not.
 */
export function findArrival(curve: readonly number[], level: number): number | undefined {
  const step = curve.findIndex((value) => value >= level - 1e-9);
  if (step <= 0) return step === 0 ? 0 : undefined;
  const [low, high] = [curve[step - 1]!, curve[step]!];
  return step - 1 + (high > low ? Math.min(1, (level - low) / (high - low)) : 1);
}

/** Computes the mean of curves, over the steps that all of them have. */
export function computeMeanCurve(curves: readonly (readonly number[])[]): number[] {
  const steps = Math.min(...curves.map(({ length }) => length));
  return Array.from({ length: steps }, (_, step) =>
    curves.reduce((sum, c) => sum + c[step]! / curves.length, 0),
  );
}

/** Computes what `method` saves if the level is that of `steps` batches of `batch` randomly chosen labels. */
export function computeSaving(
  draws: readonly DrawCurves[],
  method: string,
  { steps, batch }: { readonly steps: number; readonly batch: number },
): Saving {
  const measure = (chosen: readonly DrawCurves[]) => {
    const random = fitMonotone(computeMeanCurve(chosen.map((draw) => draw.random!)));
    const level = random[steps]!;
    const arrival = findArrival(fitMonotone(computeMeanCurve(chosen.map((draw) => draw[method]!))), level);
    // If its curve is flat, random choice itself may reach the level earlier; only the labels saved compared
    // with that count.
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
