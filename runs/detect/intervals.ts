/** 95 % intervals of counts. */
import { bisect, computeIncompleteBeta } from "../../src/math/distribution.ts";

/** Clopper and Pearson's interval of a share (1934). */
export function computeShareInterval(count: number, total: number): readonly [number, number] {
  const invert = (p: number, a: number, b: number) => bisect(0, 1, p, (x) => computeIncompleteBeta(a, b, x));
  return [
    count === 0 ? 0 : invert(0.025, count, total - count + 1),
    count === total ? 1 : invert(0.975, count + 1, total - count),
  ];
}

/** Garwood's interval of the mean of a Poisson count (1936). */
export function computeCountInterval(count: number): readonly [number, number] {
  const most = 3 * count + 20;
  const low = count === 0 ? 0 : bisect(0, most, 0.025, (mean) => 1 - computeAtMost(count - 1, mean));
  return [low, bisect(0, most, 0.975, (mean) => 1 - computeAtMost(count, mean))];
}

/** P(Poisson(mean) <= count). */
function computeAtMost(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return sum;
}
