/** Weighted k-means (MacQueen 1967): k-means++ (Arthur and Vassilvitskii 2007), Lloyd's iterations. */

import type { Random } from "../core/random.ts";
import { factorCholesky } from "./cholesky.ts";
import { createMatrix, getRow, type Matrix, selectRows } from "./matrix.ts";
import { computeGram } from "./matrix-products.ts";

const rounds = 25;

/** Computes the squared Euclidean distance. */
export function computeSquaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2;
  return sum;
}

/**
 * Rewrites the points with as many coordinates as there are points, [points, points], keeping the distances
 * (squared distances are off by about 1e-6 of the points' mean squared length): a Cholesky factor of their
 * Gram matrix. Saves work when there are fewer points than coordinates.
 */
export function rotatePoints(points: Matrix): Matrix {
  const { rows, columns } = points;
  const gram = computeGram(Float64Array.from(points.data), rows, columns);
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += gram[i * rows + i]!;
  // Makes the matrix positive definite when points are linearly dependent or all 0.
  const ridge = trace > 0 ? (1e-6 * trace) / rows : 1;
  for (let i = 0; i < rows; i++) gram[i * rows + i]! += ridge;
  const factor = factorCholesky(gram, rows);
  const rotated = createMatrix(rows, rows);
  for (let i = 0; i < rows; i++) rotated.data.set(factor.subarray(i * rows, i * rows + i + 1), i * rows);
  return rotated;
}

/**
 * Draws the first centres [count, columns]: the probability of a point grows with its weight and its squared
 * distance to the centres drawn before.
 */
export function seedCentres(points: Matrix, weights: Float64Array, count: number, random: Random): Matrix {
  const nearest = new Float64Array(points.rows).fill(1);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const chances = nearest.map((distance, row) => distance * weights[row]!);
    let left = random.uniform() * chances.reduce((sum, chance) => sum + chance, 0);
    let row = chances.findIndex((chance) => {
      left -= chance;
      return left < 0;
    });
    if (row < 0) row = random.integer(points.rows);
    for (let i = 0; i < points.rows; i++) {
      const distance = computeSquaredDistance(getRow(points, i), getRow(points, row));
      nearest[i] = chosen.length === 0 ? distance : Math.min(nearest[i]!, distance);
    }
    chosen.push(row);
  }
  return selectRows(points, chosen);
}

/** Finds the nearest centre of each point. */
export function assignClusters(points: Matrix, centres: Matrix): Int32Array {
  return Int32Array.from({ length: points.rows }, (_, row) => {
    let best = 0;
    let smallestDistance = Number.POSITIVE_INFINITY;
    for (let c = 0; c < centres.rows; c++) {
      const distance = computeSquaredDistance(getRow(points, row), getRow(centres, c));
      if (distance < smallestDistance) [best, smallestDistance] = [c, distance];
    }
    return best;
  });
}

/** Moves the centres by Lloyd's iterations; a centre without points stays where it is. */
export function fitCentres(points: Matrix, weights: Float64Array, first: Matrix): Matrix {
  let centres = first;
  let before: Int32Array | undefined;
  for (let round = 0; round < rounds; round++) {
    const cluster = assignClusters(points, centres);
    if (before?.every((c, row) => c === cluster[row])) break;
    before = cluster;
    const next = createMatrix(centres.rows, centres.columns);
    const totals = new Float64Array(centres.rows);
    for (const [row, c] of cluster.entries()) totals[c]! += weights[row]!;
    for (const [row, c] of cluster.entries()) {
      const target = getRow(next, c);
      const point = getRow(points, row);
      const share = totals[c]! > 0 ? weights[row]! / totals[c]! : 0;
      for (let j = 0; j < target.length; j++) target[j]! += share * point[j]!;
    }
    for (const [c, total] of totals.entries()) {
      if (!(total > 0)) getRow(next, c).set(getRow(centres, c));
    }
    centres = next;
  }
  return centres;
}
