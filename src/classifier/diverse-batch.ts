/**
 * Which rows to label next: those the classifier is unsure of, one of each kind.
 *
 * Diverse mini-batch active learning (Zhdanov 2019, arXiv:1901.05954, algorithm 1): of the rows with the smallest margins
 * (Scheffer et al. 2001), `prefilter` times as many as wanted are clustered by a k-means weighted by their uncertainty; the row
 * nearest to each centre is chosen. Chosen among four published methods by runs/suggest.ts.
 * Not its concern: files, labels, where features come from.
 */

import { createRandom } from "../core/random.ts";
import {
  assignClusters,
  computeSquaredDistance,
  fitCentres,
  rotatePoints,
  seedCentres,
} from "../math/k-means.ts";
import { getRow, type Matrix } from "../math/matrix.ts";

/** How many times more rows than wanted are clustered; the paper's. */
const prefilter = 10;
/** Rows that are clustered at most, unless more are wanted: bounds time and memory. */
const maximumClustered = 1000;

/** A row that was chosen. */
export interface ChosenRow {
  readonly row: number;
  /** Rows in its cluster, itself included: unsure ones that are alike. */
  readonly alike: number;
}

/** Difference of the two highest probabilities of each row [rows, classes]: 0 where undecided. */
export function computeMargins(probabilities: Matrix): Float64Array {
  return Float64Array.from({ length: probabilities.rows }, (_, row) => {
    const sorted = getRow(probabilities, row).slice().sort();
    return (sorted.at(-1) ?? 0) - (sorted.at(-2) ?? 0);
  });
}

/** The rows that a choice of `count` is made from, the least sure first. */
export function findCandidates(margins: Float64Array, count: number): number[] {
  const order = [...margins.keys()].sort((a, b) => margins[a]! - margins[b]!);
  return order.slice(0, Math.max(count, Math.min(prefilter * count, maximumClustered)));
}

/**
 * Chooses at most `count` of the candidates, the least sure first.
 *
 * @param candidates Rows, as `findCandidates` gives them.
 * @param place Computes where they are, [candidates, dimensions]; not asked where all are chosen.
 * @param margins Of all rows.
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
