/**
 * Nearest neighbours among the rows of a matrix, by Euclidean distance: exact up to a few thousand rows; with
 * more, among the rows of near cells, so that the cost grows as rows to the power 1.5. Copies are far closer
 * to each other than the width of the cells.
 *
 * Not its concern: the meaning of the rows.
 *
 * Cells are those of an inverted file: rows by the nearest of some sampled rows (Sivic and Zisserman 2003,
 * "Video Google").
 */
import { createRandom, shuffle } from "../core/random.ts";
import { getRow, type Matrix } from "../math/matrix.ts";

/** Maximum number of rows that are all compared with each other, in about a second. */
const maximumExhaustive = 4000;
/** Number of nearest cells whose rows are compared with a row. */
const nearCells = 4;

/** Finds the nearest other rows of each row, nearest first; `count` per row, padded with -1. */
export function findNeighbours(matrix: Matrix, count: number): Int32Array[] {
  const { rows } = matrix;
  const kept = Math.min(count, Math.max(0, rows - 1));
  const near = Array.from({ length: rows }, () => new Int32Array(kept).fill(-1));
  const distances = Array.from({ length: rows }, () => new Float64Array(kept).fill(Number.POSITIVE_INFINITY));
  const getDistance = createDistances(matrix);
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
  if (rows > maximumExhaustive) {
    const cells = createCells(rows, getDistance);
    for (let i = 0; i < rows; i++) {
      for (const cell of cells.near[i]!) {
        for (const j of cells.members[cell]!) if (j !== i) consider(i, j, getDistance(i, j));
      }
    }
    return near;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      const distance = getDistance(i, j);
      consider(i, j, distance);
      consider(j, i, distance);
    }
  }
  return near;
}

/** Creates a function that computes the squared distance of two rows. */
function createDistances(matrix: Matrix): (a: number, b: number) => number {
  const { rows, columns, data } = matrix;
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (const value of getRow(matrix, row)) norms[row]! += value * value;
  }
  return (a, b) => {
    let product = 0;
    for (let x = a * columns, y = b * columns, end = x + columns; x < end; x++, y++) {
      product += data[x]! * data[y]!;
    }
    return norms[a]! + norms[b]! - 2 * product;
  };
}

/** Creates about as many cells as rows per cell: the nearest cells of each row, and the rows of each cell. */
function createCells(
  rows: number,
  getDistance: (a: number, b: number) => number,
): { readonly near: readonly Int32Array[]; readonly members: readonly (readonly number[])[] } {
  const count = Math.ceil(Math.sqrt(rows));
  const centres = shuffle([...new Array(rows).keys()], createRandom(0)).slice(0, count);
  const members: number[][] = centres.map(() => []);
  const near = Array.from({ length: rows }, (_, row) => {
    const cells = new Int32Array(nearCells);
    const found = new Float64Array(nearCells).fill(Number.POSITIVE_INFINITY);
    for (const [cell, centre] of centres.entries()) {
      const distance = getDistance(row, centre);
      let place = nearCells;
      while (place > 0 && distance < found[place - 1]!) place--;
      if (place === nearCells) continue;
      found.copyWithin(place + 1, place, nearCells - 1);
      cells.copyWithin(place + 1, place, nearCells - 1);
      found[place] = distance;
      cells[place] = cell;
    }
    members[cells[0]!]!.push(row);
    return cells;
  });
  return { near, members };
}
