/** int8 weights: the error bound of rounding, the range, and transposition. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { createRandom } from "../../core/random.ts";
import { quantiseColumns, transpose } from "./quantise.ts";

const matrix = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer(),
});

test.prop([matrix])("every weight is off by half a step of its column at most", ({ rows, columns, seed }) => {
  const random = createRandom(seed);
  const weights = Float32Array.from(
    { length: rows * columns },
    (_, i) => random.normal() * (1 + (i % columns)),
  );
  if (columns > 1) for (let r = 0; r < rows; r++) weights[r * columns] = 0;
  const { values, scales } = quantiseColumns(weights, rows, columns);
  for (let i = 0; i < weights.length; i++) {
    const scale = scales[i % columns]!;
    expect(Math.abs(values[i]!)).toBeLessThanOrEqual(127);
    expect(Math.abs(values[i]! * scale - weights[i]!)).toBeLessThanOrEqual(scale * 0.50001);
  }
});

test.prop([matrix])("a transposed matrix has its elements swapped", ({ rows, columns }) => {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const turned = transpose(values, rows, columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) expect(turned[c * rows + r]).toBe(r * columns + c);
  }
});
