/**
 * Nearest neighbours among the rows of a matrix, by Euclidean distance; exhaustive, for up to some thousand
 * rows.
 *
 * Not its concern: what the rows are.
 */
import { getRow, type Matrix } from "../math/matrix.ts";

/** For each row its nearest other rows, nearest first; at most `count`. */
export function findNeighbours(matrix: Matrix, count: number): Int32Array[] {
  const { rows, columns, data } = matrix;
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (const value of getRow(matrix, row)) norms[row]! += value * value;
  }
  const kept = Math.min(count, Math.max(0, rows - 1));
  const near = Array.from({ length: rows }, () => new Int32Array(kept).fill(-1));
  const distances = Array.from({ length: rows }, () => new Float64Array(kept).fill(Number.POSITIVE_INFINITY));
  const consider = (row: number, other: number, distance: number): void => {
    const own = distances[row]!;
    let place = kept;
    while (place > 0 && distance < own[place - 1]!) place--;
    if (place === kept) return;
    own.copyWithin(place + 1, place, kept - 1);
    near[row]!.copyWithin(place + 1, place, kept - 1);
    own[place] = distance;
    near[row]![place] = other;
  };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let product = 0;
      for (let x = i * columns, y = j * columns, end = x + columns; x < end; x++, y++) {
        product += data[x]! * data[y]!;
      }
      const distance = norms[i]! + norms[j]! - 2 * product;
      consider(i, j, distance);
      consider(j, i, distance);
    }
  }
  return near;
}
