/**
 * Sums over the rows of a float32 matrix, and scaled rows, in WebAssembly SIMD: the bits of plain loops over
 * rows, then columns.
 *
 * Not its concern: what the sums are for (head/standardisation.ts).
 *
 * The memory is one for all callers; rows are copied to it in pieces.
 */
import { createWasmModule } from "../core/wasm-module.ts";
import {
  add,
  advanceLocal,
  drop,
  end,
  get,
  joinLanes,
  load,
  loadFloats,
  loop,
  mul,
  repeatBelow,
  set,
  store,
  storeAbove,
  sub,
} from "./simd-instructions.ts";

const tile = [0, 1, 2, 3];

/** (row, rowEnd, sums): adds a row to the sums. */
const addRow = [
  ...[...loop, ...get(2), ...load(2, 0), ...loadFloats(0), ...add, ...storeAbove(0)],
  ...[...advanceLocal(2, 16), drop, ...advanceLocal(0, 8), ...repeatBelow(1), end],
];

/** (row, rowEnd, means, sums): adds the squares of a row's distances from the means to the sums. */
const addSquares = [
  ...[...loop, ...loadFloats(0), ...load(2, 0), ...sub, ...set(4)],
  ...[...get(3), ...load(3, 0), ...get(4), ...get(4), ...mul, ...add, ...storeAbove(0)],
  ...[...advanceLocal(2, 16), drop, ...advanceLocal(3, 16), drop],
  ...[...advanceLocal(0, 8), ...repeatBelow(1), end],
];

/**
 * (rows, stride, rowEnd, means, inverses, out, outStride, squares): (row - mean) x inverse of four rows, and
 * the sum of squares of each.
 */
function writeScaling(): number[] {
  const [p, q, x, sums, y] = [8, 11, 14, 18, 20];
  const addresses = (first: number, stride: number, rest: number) =>
    [0, 1, 2].flatMap((i) => [
      ...get(i === 0 ? first : rest + i - 1),
      ...get(stride),
      0x6a,
      ...set(rest + i),
    ]);
  const pointers = [0, p, p + 1, p + 2];
  const targets = [5, q, q + 1, q + 2];
  return [
    ...[...addresses(0, 1, p), ...addresses(5, 6, q)],
    ...loop,
    ...tile.flatMap((r) => [
      ...[...loadFloats(pointers[r]!), ...load(3, 0), ...sub, ...load(4, 0), ...mul, ...set(x + r)],
      ...store(targets[r]!, 0, x + r),
    ]),
    ...([0, 1] as const).flatMap((column) =>
      [0, 1].flatMap((half) => [
        ...[...get(x + 2 * half), ...get(x + 2 * half + 1), ...joinLanes(column), ...set(y)],
        ...[...get(sums + half), ...get(y), ...get(y), ...mul, ...add, ...set(sums + half)],
      ]),
    ),
    ...targets.flatMap((local) => [...advanceLocal(local, 16), drop]),
    ...[3, 4].flatMap((local) => [...advanceLocal(local, 16), drop]),
    ...pointers.slice(1).flatMap((local) => [...advanceLocal(local, 8), drop]),
    ...[...advanceLocal(0, 8), ...repeatBelow(2), end],
    ...[...store(7, 0, sums), ...store(7, 16, sums + 1)],
  ];
}

/** (row, rowEnd, factor): multiplies a row of float64 numbers by a factor. */
const multiplyRow = [
  ...[...get(2), 0xfd, 0x14, ...set(3)],
  ...[...loop, ...get(0), ...load(0, 0), ...get(3), ...mul, ...storeAbove(0)],
  ...[...advanceLocal(0, 16), ...repeatBelow(1), end],
];

interface RowFunctions {
  addRow(row: number, rowEnd: number, sums: number): void;
  addSquares(row: number, rowEnd: number, means: number, sums: number): void;
  scaleRows(
    rows: number,
    stride: number,
    rowEnd: number,
    means: number,
    inverses: number,
    out: number,
    outStride: number,
    squares: number,
  ): void;
  multiplyRow(row: number, rowEnd: number, factor: number): void;
}

const pageBytes = 65_536;
let memory: WebAssembly.Memory | undefined;
let functions: RowFunctions | undefined;
let numbers = new Float64Array(0);
let floats = new Float32Array(0);

/** Numbers of a piece; of more than a few thousand columns, a piece has four rows. */
const pieceSize = 65_536;

/** Where a piece of rows is; columns are padded to an even number. Places are in float64 numbers. */
function openRows(columns: number) {
  const i32 = (count: number) => new Array<"i32">(count).fill("i32");
  memory ??= new WebAssembly.Memory({ initial: 1 });
  functions ??= new WebAssembly.Instance(
    createWasmModule([
      { ...{ name: "addRow", parameters: i32(3), body: addRow }, locals: [] },
      { ...{ name: "addSquares", parameters: i32(4), body: addSquares }, locals: [[1, "v128"]] },
      {
        ...{ name: "scaleRows", parameters: i32(8), body: writeScaling() },
        locals: [
          [6, "i32"],
          [7, "v128"],
        ],
      },
      {
        ...{ name: "multiplyRow", parameters: [...i32(2), "f64"], body: multiplyRow },
        locals: [[1, "v128"]],
      },
    ]),
    { e: { m: memory } },
  ).exports as unknown as RowFunctions;
  const padded = columns + (columns % 2);
  const pieceRows = 4 * Math.max(1, Math.floor(pieceSize / padded / 4));
  const firstAt = (pieceRows * padded) / 2;
  const secondAt = firstAt + padded;
  const outAt = secondAt + padded;
  const squaresAt = outAt + 4 * padded;
  const missing = 8 * (squaresAt + 4) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  if (numbers.buffer !== memory.buffer) {
    numbers = new Float64Array(memory.buffer);
    floats = new Float32Array(memory.buffer);
  }
  return { run: functions, padded, pieceRows, firstAt, secondAt, outAt, squaresAt };
}

/** Copies a piece to the start of the memory and returns its number of rows. */
function copyPiece(data: Float32Array, columns: number, from: number, pieceRows: number): number {
  const end = Math.min(data.length, from + pieceRows * columns);
  if (columns % 2 === 0) floats.set(data.subarray(from, end));
  else {
    for (let at = from, to = 0; at < end; at += columns, to += columns + 1) {
      floats.set(data.subarray(at, at + columns), to);
      floats[to + columns] = 0;
    }
  }
  return (end - from) / columns;
}

/** Sums over rows of a matrix [rows, columns], or of the squares of their distances from `means`. */
export function sumRows(data: Float32Array, columns: number, means?: Float64Array): Float64Array {
  const { run, padded, pieceRows, firstAt, secondAt } = openRows(columns);
  numbers.fill(0, firstAt, secondAt + padded);
  if (means) numbers.set(means, firstAt);
  for (let from = 0; from < data.length; from += pieceRows * columns) {
    const rows = copyPiece(data, columns, from, pieceRows);
    for (let row = 0, at = 0; row < rows; row++, at += 4 * padded) {
      if (means) run.addSquares(at, at + 4 * padded, 8 * firstAt, 8 * secondAt);
      else run.addRow(at, at + 4 * padded, 8 * secondAt);
    }
  }
  return numbers.slice(secondAt, secondAt + columns);
}

/**
 * Fills `out` [rows, columns] with (value - mean) x inverse; with `normalise`, rows are divided by their
 * norms. Rows of zeros stay zero.
 */
export function scaleRows(
  data: Float32Array,
  { means, inverses, normalise }: { means: Float32Array; inverses: Float64Array; normalise: boolean },
  out: Float64Array,
): void {
  const columns = means.length;
  const { run, padded, pieceRows, firstAt, secondAt, outAt, squaresAt } = openRows(columns);
  numbers.fill(0, firstAt, outAt);
  numbers.set(means, firstAt);
  numbers.set(inverses, secondAt);
  for (let from = 0; from < data.length; from += pieceRows * columns) {
    const rows = copyPiece(data, columns, from, pieceRows);
    for (let row = 0; row < rows; row += 4) {
      const at = 4 * padded * row;
      const end = at + 4 * padded;
      run.scaleRows(at, 4 * padded, end, 8 * firstAt, 8 * secondAt, 8 * outAt, 8 * padded, 8 * squaresAt);
      const count = Math.min(4, rows - row);
      for (let r = 0; normalise && r < count; r++) {
        const square = numbers[squaresAt + r]!;
        const start = 8 * (outAt + r * padded);
        if (square !== 0) run.multiplyRow(start, start + 8 * padded, 1 / Math.sqrt(square));
      }
      const to = from + row * columns;
      if (padded === columns) out.set(numbers.subarray(outAt, outAt + count * columns), to);
      else {
        for (let r = 0; r < count; r++) {
          const start = outAt + r * padded;
          out.set(numbers.subarray(start, start + columns), to + r * columns);
        }
      }
    }
  }
}
