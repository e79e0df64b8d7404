/**
 * A line search for smooth convex functions.
 *
 * Reference: Nocedal and Wright, Numerical Optimization, section 3.5 (strong Wolfe conditions). Convexity
 * allows interpolation by the secant of the slopes.
 */

/** Value and slope of the function at one step length. */
interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

/**
 * Finds a step length that satisfies the strong Wolfe conditions (1e-4, 0.5), trying 1 first. The returned
 * length is always the last one evaluated. Returns undefined when no step decreases the function by more than
 * the rounding error.
 */
export function searchLine(
  value: number,
  slope: number,
  evaluate: (length: number) => LinePoint,
): { length: number; value: number } | undefined {
  if (!(slope < 0)) return undefined;
  const rounding = 1e-13 * Math.abs(value);
  let low = 0;
  let lowSlope = slope;
  let high = Number.POSITIVE_INFINITY;
  let highSlope = 0;
  let length = 1;
  for (let trial = 0; trial < 50; trial++) {
    const found = evaluate(length);
    const isLower = found.value <= value + 1e-4 * length * slope + rounding;
    if (isLower && Math.abs(found.slope) <= 0.5 * -slope) return { length, value: found.value };
    if (found.slope < 0 && isLower) {
      low = length;
      lowSlope = found.slope;
    } else {
      high = length;
      highSlope = found.slope;
    }
    if (high === Number.POSITIVE_INFINITY) {
      length *= 3;
      continue;
    }
    if (high - low < 1e-12 * high) return undefined;
    const secant = highSlope > 0 ? low + ((high - low) * -lowSlope) / (highSlope - lowSlope) : low;
    const margin = 0.1 * (high - low);
    length = Math.min(Math.max(secant, low + margin), high - margin);
  }
  return undefined;
}
