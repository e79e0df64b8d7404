/**
 * Large products by the SIMD kernel: the factors are packed into panels of four rows, multiplied in tiles of
 * 4 x 4, and unpacked.
 *
 * Not its concern: small products (matrix-products.ts), the kernel's instructions (product-kernel.ts).
 */
import { openKernel } from "./product-kernel.ts";

/**
 * Minimum number of multiplications for which the kernel is faster, copying included. It never is for a
 * vector, which has as many numbers to copy as to multiply.
 */
const largeProduct = 40_000;
/** Whether the kernel is faster for a product of these sizes. */
export const isLarge = (rows: number, columns: number, inner: number): boolean =>
  rows > 1 && columns > 1 && inner >= 4 && rows * columns * inner >= largeProduct;

/** A factor of a product: element (i, k) is at i x `outer` + k x `inner`, one of which is 1. */
export interface Factor {
  readonly values: Float64Array;
  readonly count: number;
  readonly outer: number;
  readonly inner: number;
}

/** Rows (or columns) of a tile. */
const side = 4;

/** Numbers that are copied to the kernel's memory at a time, if they are of columns. */
const pieceSize = 4096;

/**
 * Copies rows 4 x `first` .. of a factor, four of them side by side [inner, 4], to `panels` panels at `to`.
 * Beyond the last row there are any numbers. Uses the memory at `scratch`.
 */
function packPanels(
  { values, count, outer, inner }: Factor,
  length: number,
  { first, panels, to, scratch }: Record<"first" | "panels" | "to" | "scratch", number>,
): void {
  const { run, memory } = openKernel(0);
  const panel = side * length;
  if (inner === 1) {
    for (let i = 0, from = first * panel; i < panels; i++, from += panel) {
      memory.set(values.subarray(from, Math.min(from + panel, count * length)), scratch);
      const end = 8 * (scratch + length);
      run.packRows(8 * scratch, 8 * length, end, 8 * (to + i * panel));
    }
    return;
  }
  const piece = Math.max(1, Math.floor(pieceSize / inner));
  for (let k = 0; k < length; k += piece) {
    const end = Math.min(k + piece, length);
    memory.set(values.subarray(k * inner, end * inner), scratch);
    for (let i = 0; i < panels; i++) {
      const start = 8 * (to + i * panel);
      const from = 8 * (scratch + outer * side * (first + i));
      run.packColumns(from, 8 * inner, start + 8 * side * k, start + 8 * side * end);
    }
  }
}

/**
 * Fills out [a.count, b.count] with the sums over `inner` of products of a and b by the kernel; `grouped`
 * adds four products at a time. If `isGram`, b is a, and only half of the tiles are computed.
 */
export function multiplyInKernel(
  a: Factor,
  b: Factor,
  inner: number,
  out: Float64Array,
  { grouped = false, isGram = false }: { readonly grouped?: boolean; readonly isGram?: boolean },
): Float64Array {
  const [rowPanels, columnPanels] = [Math.ceil(a.count / side), Math.ceil(b.count / side)];
  const panel = side * inner;
  // Rows are packed panel by panel, columns all at once.
  const isPackedAtOnce = a.inner !== 1;
  const rowsAt = columnPanels * panel;
  const outAt = rowsAt + (isGram ? 0 : isPackedAtOnce ? rowPanels : 1) * panel + side;
  const scratch = outAt + columnPanels * side * side;
  const { run, memory } = openKernel(scratch + Math.max(panel, pieceSize, a.inner, b.inner) + side);
  packPanels(b, inner, { first: 0, panels: columnPanels, to: 0, scratch });
  if (!isGram && isPackedAtOnce) {
    packPanels(a, inner, { first: 0, panels: rowPanels, to: rowsAt, scratch });
  }
  const columns = b.count;
  for (let i = 0; i < rowPanels; i++) {
    const from = isGram ? i * panel : isPackedAtOnce ? rowsAt + i * panel : rowsAt;
    if (!isGram && !isPackedAtOnce) packPanels(a, inner, { first: i, panels: 1, to: rowsAt, scratch });
    const tiles = isGram ? i + 1 : columnPanels;
    const [rowsEnd, outEnd] = [8 * (from + panel), 8 * (outAt + tiles * side * side)];
    const rowsEnd4 = 8 * (from + side * (inner - (inner % 4)));
    if (grouped) run.groupedTiles(8 * from, 0, rowsEnd, outEnd, 8 * outAt, rowsEnd4);
    else run.tiles(8 * from, 0, rowsEnd, 8 * outAt, outEnd);
    for (let r = 0, row = i * side; r < side && row < a.count; r++, row++) {
      const start = row * columns;
      unpackRow(memory, outAt + r * side, out, start, start + Math.min(columns, tiles * side));
    }
  }
  for (let i = 0; isGram && i < columns; i++) mirrorRow(out, i, columns);
  return out;
}

/** Copies a row of tiles from `at` to the places `to` .. `end` - 1. */
function unpackRow(memory: Float64Array, at: number, out: Float64Array, to: number, end: number): void {
  let from = at;
  let next = to;
  for (; next + side <= end; next += side, from += side * side) {
    out[next] = memory[from]!;
    out[next + 1] = memory[from + 1]!;
    out[next + 2] = memory[from + 2]!;
    out[next + 3] = memory[from + 3]!;
  }
  while (next < end) out[next++] = memory[from++]!;
}

/** Copies row i of a square matrix, up to the diagonal, to column i. */
function mirrorRow(out: Float64Array, i: number, columns: number): void {
  for (let j = 0; j < i; j++) out[j * columns + i] = out[i * columns + j]!;
}
