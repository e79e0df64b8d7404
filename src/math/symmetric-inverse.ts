/**
 * The inverse of a symmetric positive definite matrix, from its lower triangle in tiles of 4 x 4.
 *
 * Reference: the sweep operator (Goodnight 1979), with pivots of four rows: with D the inverse of the tile on
 * the diagonal, A_ij -= A_ik D A_kj, A_ik becomes A_ik D, and A_kk -D; after all pivots A is minus its
 * inverse.
 */
import { GolemError } from "../core/error.ts";
import { openKernel } from "./product-kernel.ts";

const side = 4;
const tileSize = side * side;

/** A symmetric matrix: the tiles of its lower triangle, row by row; tiles on the diagonal are complete. */
export interface SymmetricTiles {
  /** Rows of the matrix. */
  readonly size: number;
  readonly values: Float64Array;
}

/** Creates tiles with the elements compute(i, j), j <= i. */
export function createTiles(size: number, compute: (i: number, j: number) => number): SymmetricTiles {
  const panels = Math.ceil(size / side);
  const values = new Float64Array((tileSize * panels * (panels + 1)) / 2);
  let at = 0;
  for (let panel = 0; panel < panels; panel++) {
    for (let column = 0; column <= panel * side; column += side, at += tileSize) {
      for (let r = 0; r < side; r++) {
        const i = panel * side + r;
        for (let c = 0; c < side; c++) {
          const j = column + c;
          // Rows past the end are those of the identity.
          const value = i >= size || j >= size ? (i === j ? 1 : 0) : i >= j ? compute(i, j) : 0;
          values[at + side * r + c] = value;
          if (column === panel * side && j < i) values[at + side * c + r] = value;
        }
      }
    }
  }
  return { size, values };
}

/** Returns element (i, j), j <= i. */
export function readTiles({ values }: SymmetricTiles, i: number, j: number): number {
  return values[startOf(i >> 2) + tileSize * (j >> 2) + side * (i & 3) + (j & 3)]!;
}

/** Returns the whole matrix [size, size]. */
export function unpackTiles(tiles: SymmetricTiles): Float64Array {
  const { size } = tiles;
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return readTiles(tiles, Math.max(i, j), Math.min(i, j));
  });
}

/** Place of the first number of a row of tiles. */
const startOf = (panel: number): number => (tileSize * panel * (panel + 1)) / 2;

/**
 * Computes `scale` x (A + `shift` x I)^-1 into `out` [size, size]. Throws `not-converged` if the matrix is
 * not positive definite.
 */
export function invertTiles(
  { size, values }: SymmetricTiles,
  shift: number,
  scale: number,
  out: Float64Array = new Float64Array(size * size),
): Float64Array {
  const panels = Math.ceil(size / side);
  const columnAt = values.length;
  const productAt = columnAt + panels * tileSize;
  const pivotAt = productAt + panels * tileSize;
  const { run, memory } = openKernel(pivotAt + tileSize);
  memory.set(values);
  for (let i = 0; i < size; i++) {
    memory[startOf(i >> 2) + tileSize * (i >> 2) + (side + 1) * (i & 3)]! += shift;
  }
  for (let k = 0; k < panels; k++) {
    const row = startOf(k);
    const diagonal = row + tileSize * k;
    // The tiles of column k, transposed; above the diagonal these are the tiles of row k.
    memory.copyWithin(columnAt, row, diagonal);
    for (let i = k, from = diagonal; i < panels; from += tileSize * (i + 1), i++) {
      transposeTile(memory, from, columnAt + tileSize * i);
    }
    invertPivot(memory, diagonal, pivotAt, side * k, size);
    run.tileProducts(8 * columnAt, 8 * productAt, 8 * pivotAt, 8 * productAt);
    for (let i = 0; i < panels; i++) {
      if (i === k) continue;
      const start = startOf(i);
      const end = start + tileSize * (i + 1);
      run.tileUpdates(8 * start, 8 * end, 8 * (productAt + tileSize * i), 8 * columnAt);
    }
    for (let i = 0, from = productAt, to = row; i < panels; i++, from += tileSize) {
      if (i < k) transposeTile(memory, from, to);
      else if (i > k) memory.copyWithin(to, from, from + tileSize);
      else for (let a = 0; a < tileSize; a++) memory[to + a] = -memory[pivotAt + a]!;
      to += i < k ? tileSize : tileSize * (i + 1);
    }
  }
  for (let i = 0; i < size; i++) unpackRow(memory, i, size, -scale, out);
  return out;
}

function transposeTile(memory: Float64Array, from: number, to: number): void {
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) memory[to + side * c + r] = memory[from + side * r + c]!;
  }
}

/** Writes row i of the tiles at the start of the memory, up to the diagonal, to row and column i of `out`. */
function unpackRow(memory: Float64Array, i: number, size: number, scale: number, out: Float64Array): void {
  const start = startOf(i >> 2) + side * (i & 3);
  for (let j = 0; j <= i; j++) {
    const value = scale * memory[start + tileSize * (j >> 2) + (j & 3)]!;
    out[i * size + j] = value;
    out[j * size + i] = value;
  }
}

/** Writes the inverse of the tile at `from` to `to`; `row` is its first row in the matrix. */
function invertPivot(memory: Float64Array, from: number, to: number, row: number, size: number): void {
  for (let a = 0; a < tileSize; a++) memory[to + a] = memory[from + a]!;
  for (let k = 0; k < side; k++) {
    const pivot = memory[to + (side + 1) * k]!;
    if (!(pivot > 0)) {
      throw new GolemError(
        "not-converged",
        `A matrix of size ${size} was expected to be positive definite; pivot ${row + k} is ${pivot}.`,
        { hint: "Use a stronger penalty (for logistic, a smaller C)." },
      );
    }
    for (let i = 0; i < side; i++) {
      if (i === k) continue;
      const factor = memory[to + side * i + k]! / pivot;
      for (let j = 0; j < side; j++)
        if (j !== k) memory[to + side * i + j]! -= factor * memory[to + side * k + j]!;
    }
    for (let i = 0; i < side; i++) {
      if (i === k) continue;
      memory[to + side * i + k]! /= pivot;
      memory[to + side * k + i]! /= pivot;
    }
    memory[to + (side + 1) * k] = -1 / pivot;
  }
  for (let a = 0; a < tileSize; a++) memory[to + a] = -memory[to + a]!;
}
