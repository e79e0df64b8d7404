/**
 * BADGE (Ash et al. 2020, "Deep batch active learning by diverse, uncertain gradient lower bounds", algorithm
 * 1): a recording's point is the gradient of the last layer if its most probable class were true, (p -
 * one-hot) x features: it is long if the classifier is uncertain. The longest is chosen first, then points
 * are drawn by k-means++, with a probability that grows with the squared distance to those chosen before.
 */

import { createRandom } from "../../src/core/random.ts";
import { getRow, type Matrix } from "../../src/math/matrix.ts";

/**
 * Chooses at most `count` rows, in the recommended order of labelling. `features`: [recordings, features];
 * `probabilities`: [recordings, classes].
 */
export function chooseByGradients(
  features: Matrix,
  probabilities: Matrix,
  count: number,
  seed: number,
): number[] {
  const random = createRandom(seed);
  const rows = probabilities.rows;
  const doubts = Array.from({ length: rows }, (_, row) => computeDoubt(getRow(probabilities, row)));
  const lengths = Float64Array.from(
    { length: rows },
    (_, row) => dot(doubts[row]!, doubts[row]!) * dot(getRow(features, row), getRow(features, row)),
  );
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, rows)) {
    const row = chosen.length === 0 ? findLargest(lengths) : drawRow(nearest, chosen, random.uniform());
    chosen.push(row);
    for (let i = 0; i < rows; i++) {
      const product = dot(doubts[i]!, doubts[row]!) * dot(getRow(features, i), getRow(features, row));
      nearest[i] = Math.max(0, Math.min(nearest[i]!, lengths[i]! + lengths[row]! - 2 * product));
    }
    nearest[row] = 0;
  }
  return chosen;
}

/** Probabilities minus one-hot of the most probable class. */
function computeDoubt(probabilities: Float32Array): Float32Array {
  const doubt = probabilities.slice();
  doubt[findLargest(doubt)]! -= 1;
  return doubt;
}

function findLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Draws a row in proportion to its chance; if all remaining rows are equal to chosen ones, returns the first
 * that was not chosen.
 */
function drawRow(chances: Float64Array, chosen: readonly number[], uniform: number): number {
  let left = uniform * chances.reduce((sum, chance) => sum + chance, 0);
  let last = -1;
  for (const [row, chance] of chances.entries()) {
    if (!(chance > 0)) continue;
    last = row;
    left -= chance;
    if (left < 0) return row;
  }
  return last >= 0 ? last : chances.findIndex((_, row) => !chosen.includes(row));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}
