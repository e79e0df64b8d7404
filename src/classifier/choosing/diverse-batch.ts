/**
 * Chooses which rows to label next: rows for which the classifier is uncertain and which differ from each
 * other.
 *
 * Not its concern: files, labels.
 *
 * Diverse mini-batch active learning (Zhdanov 2019, arXiv:1901.05954, algorithm 1): the rows with the
 * smallest margins (Scheffer et al. 2001), `prefilter` times as many as requested, are clustered by k-means
 * weighted by uncertainty; the row nearest to each centre is chosen. The method was chosen from four
 * published ones by runs/suggest.ts.
 */

import { createRandom } from "../../core/random.ts";
import {
  assignClusters,
  computeSquaredDistance,
  fitCentres,
  rotatePoints,
  seedCentres,
} from "../../math/k-means.ts";
import { getRow, type Matrix } from "../../math/matrix.ts";

/** Ratio of clustered to requested rows; the paper's value. */
const prefilter = 10;
/** Maximum number of clustered rows, unless more are requested; bounds time and memory. */
const maximumClustered = 1000;

/** A chosen row. */
export interface ChosenRow {
  readonly row: number;
  /** Number of rows in its cluster, itself included: uncertain rows that are similar to it. */
  readonly alike: number;
}

/** Computes the difference between the two highest probabilities of each row [rows, classes]. */
export function computeMargins(probabilities: Matrix): Float64Array {
  return Float64Array.from({ length: probabilities.rows }, (_, row) => {
    const sorted = getRow(probabilities, row).slice().sort();
    return (sorted.at(-1) ?? 0) - (sorted.at(-2) ?? 0);
  });
}

/** Finds the rows from which `count` are to be chosen, the least certain first. */
export function findCandidates(margins: Float64Array, count: number): number[] {
  const order = [...margins.keys()].sort((a, b) => margins[a]! - margins[b]!);
  return order.slice(0, Math.max(count, Math.min(prefilter * count, maximumClustered)));
}

/**
 * Chooses at most `count` of the candidates; returns them with the least certain first.
 *
 * @param candidates Rows, as returned by `findCandidates`.
 * @param place Computes their features, [candidates, dimensions]; not called if all candidates are chosen.
 * @param margins Margins of all rows.
 */
export function chooseDiverse(
  candidates: readonly number[],
  place: () => Matrix,
  margins: Float64Array,
  { count, seed }: { readonly count: number; readonly seed: number },
): ChosenRow[] {
  if (candidates.length <= count) return candidates.map((row) => ({ row, alike: 1 }));
  const points = place();
  const rotated = points.columns > points.rows ? rotatePoints(points) : points;
  const weights = Float64Array.from(candidates, (row) => 1 - margins[row]!);
  const centres = fitCentres(rotated, weights, seedCentres(rotated, weights, count, createRandom(seed, 2)));
  const sizes = new Int32Array(count);
  for (const cluster of assignClusters(rotated, centres)) sizes[cluster]!++;
  const left = new Set(candidates.keys());
  const chosen = Array.from({ length: count }, (_, cluster) => {
    const nearest = findNearest(rotated, left, getRow(centres, cluster));
    left.delete(nearest);
    return { row: candidates[nearest]!, alike: Math.max(1, sizes[cluster]!) };
  });
  return chosen.sort((a, b) => margins[a.row]! - margins[b.row]! || a.row - b.row);
}

function findNearest(points: Matrix, among: Iterable<number>, centre: Float32Array): number {
  let nearest = -1;
  let shortest = Number.POSITIVE_INFINITY;
  for (const i of among) {
    const distance = computeSquaredDistance(getRow(points, i), centre);
    if (distance < shortest) [nearest, shortest] = [i, distance];
  }
  return nearest;
}
