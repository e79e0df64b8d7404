import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { scaleRows, sumRows } from "./row-kernel.ts";

it.each([
  [1, 1],
  [7, 5],
  [9, 64],
  [131, 577],
  [6, 9_001],
])("gives the bits of plain loops: %i rows of %i", (rows, columns) => {
  const random = createRandom(rows);
  const data = Float32Array.from({ length: rows * columns }, () => random.normal());
  data.fill(0, 0, columns);
  const sums = new Float64Array(columns);
  for (const [at, value] of data.entries()) sums[at % columns]! += value;
  expect(sumRows(data, columns)).toEqual(sums);
  const means = sums.map((sum) => sum / rows);
  const squares = new Float64Array(columns);
  for (const [at, value] of data.entries()) squares[at % columns]! += (value - means[at % columns]!) ** 2;
  expect(sumRows(data, columns, means)).toEqual(squares);

  const inverses = squares.map((square) => 1 / Math.sqrt(square + 1));
  for (const normalise of [false, true]) {
    const zeros = new Float32Array(columns);
    const scaled = new Float64Array(data.length);
    scaleRows(data, { means: zeros, inverses, normalise }, scaled);
    const expected = Float64Array.from(data, (value, at) => value * inverses[at % columns]!);
    for (let start = 0; normalise && start < data.length; start += columns) {
      const row = expected.subarray(start, start + columns);
      const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      if (norm > 0) row.set(row.map((value) => value * (1 / norm)));
    }
    expect(scaled).toEqual(expected);
  }
  const rounded = new Float32Array(means);
  const moved = new Float64Array(data.length);
  scaleRows(data, { means: rounded, inverses, normalise: false }, moved);
  expect(moved).toEqual(
    Float64Array.from(data, (value, at) => (value - rounded[at % columns]!) * inverses[at % columns]!),
  );
});
