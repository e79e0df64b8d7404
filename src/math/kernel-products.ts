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

/** A factor of a product: element (i, k) is at i x `outer` + k x `inner`. */
export interface Factor {
  readonly values: Float64Array;
  readonly count: number;
  readonly outer: number;
  readonly inner: number;
}

/** Rows (or columns) of a tile. */
const side = 4;

/** Copies rows 4 x panel .. + 3 of a factor side by side to `target` [inner, 4]; zeros beyond the end. */
function packPanel({ values, count, outer, inner }: Factor, panel: number, target: Float64Array): void {
  for (let r = 0; r < side; r++) {
    const row = panel * side + r;
    if (row >= count) {
      for (let at = r; at < target.length; at += side) target[at] = 0;
      continue;
    }
    for (let at = r, from = row * outer; at < target.length; at += side, from += inner) {
      target[at] = values[from]!;
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
  const rowsAt = columnPanels * panel;
  const outAt = rowsAt + panel;
  const { run, memory } = openKernel(outAt + columnPanels * side * side);
  for (let j = 0; j < columnPanels; j++) packPanel(b, j, memory.subarray(j * panel, (j + 1) * panel));
  const columns = b.count;
  for (let i = 0; i < rowPanels; i++) {
    const from = isGram ? i * panel : rowsAt;
    if (!isGram) packPanel(a, i, memory.subarray(rowsAt, outAt));
    const tiles = isGram ? i + 1 : columnPanels;
    const [rowsEnd, outEnd] = [8 * (from + panel), 8 * (outAt + tiles * side * side)];
    const rowsEnd4 = 8 * (from + side * (inner - (inner % 4)));
    if (grouped) run.groupedTiles(8 * from, 0, rowsEnd, outEnd, 8 * outAt, rowsEnd4);
    else run.tiles(8 * from, 0, rowsEnd, 8 * outAt, outEnd);
    for (let r = 0, row = i * side; r < side && row < a.count; r++, row++) {
      const last = Math.min(columns, tiles * side);
      let to = row * columns;
      let at = outAt + r * side;
      const end = to + last;
      for (; to + side <= end; to += side, at += side * side) {
        out[to] = memory[at]!;
        out[to + 1] = memory[at + 1]!;
        out[to + 2] = memory[at + 2]!;
        out[to + 3] = memory[at + 3]!;
      }
      while (to < end) out[to++] = memory[at++]!;
    }
  }
  if (isGram) {
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < i; j++) out[j * columns + i] = out[i * columns + j]!;
  }
  return out;
}
