import fc from "fast-check";
import { expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createRandom } from "../core/random.ts";
import { createMatrix, getRow } from "../math/matrix.ts";
import { findNeighbours } from "./neighbours.ts";

it("finds what sorting all distances finds", () => {
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
