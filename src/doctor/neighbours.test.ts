import fc from "fast-check";
import { expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createRandom } from "../core/random.ts";
import { createMatrix, getRow } from "../math/matrix.ts";
import { findNeighbours } from "./neighbours.ts";

it("finds the same neighbours as sorting all distances", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      (rows, count, seed) => {
        const random = createRandom(seed);
        const matrix = createMatrix(rows, 5);
        for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
        const distance = (a: number, b: number): number =>
          getRow(matrix, a).reduce((sum, value, k) => sum + (value - getRow(matrix, b)[k]!) ** 2, 0);
        for (const [row, near] of findNeighbours(matrix, count).entries()) {
          const others = [...Array(rows).keys()].filter((other) => other !== row);
          others.sort((a, b) => distance(row, a) - distance(row, b));
          expect([...near]).toEqual(others.slice(0, count));
        }
      },
    ),
    { numRuns: scaleRuns(40) },
  );
});

it("finds copies among thousands of rows, in cells", () => {
  const [rows, columns, random] = [4400, 8, createRandom(5)];
  const matrix = createMatrix(rows, columns);
  const half = matrix.data.length / 2;
  // The second half repeats the first, moved by a twentieth of its spread.
  for (let i = 0; i < half; i++) {
    matrix.data[i] = random.normal();
    matrix.data[i + half] = matrix.data[i]! + 0.05 * random.normal();
  }
  const found = findNeighbours(matrix, 3).filter((near, row) => near.includes((row + rows / 2) % rows));
  expect(found.length / rows).toBeGreaterThan(0.99);
});
