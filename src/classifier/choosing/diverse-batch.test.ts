import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createMatrix, type Matrix } from "../../math/matrix.ts";
import { chooseDiverse, computeMargins, findCandidates } from "./diverse-batch.ts";

const fill = (rows: readonly (readonly number[])[]): Matrix =>
  createMatrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat()));

describe("computeMargins", () => {
  it("is the difference of the two highest probabilities, in any order", () => {
    const margins = computeMargins(
      fill([
        [0.2, 0.5, 0.3],
        [0.1, 0.1, 0.8],
        [0.5, 0.5, 0],
      ]),
    );
    expect([...margins]).toBeAllclose([0.2, 0.7, 0], { rtol: 1e-6, atol: 1e-7 });
  });
});

describe("findCandidates", () => {
  const margins = Float64Array.from({ length: 5000 }, (_, row) => ((row * 7919) % 5000) / 5000);

  it("returns ten times as many rows as requested, the least certain first", () => {
    const candidates = findCandidates(margins, 5);
    expect(candidates).toHaveLength(50);
    expect(candidates.map((row) => margins[row])).toBeAllclose(candidates.map((_, i) => i / 5000));
  });

  it("is bounded, but returns as many as requested if there are that many", () => {
    expect(findCandidates(margins, 400)).toHaveLength(1000);
    expect(findCandidates(margins, 2000)).toHaveLength(2000);
    expect(findCandidates(margins.subarray(0, 3), 5)).toHaveLength(3);
    expect(findCandidates(margins.subarray(0, 0), 5)).toEqual([]);
  });
});

describe("chooseDiverse", () => {
  const anyPool = { rows: fc.integer({ min: 1, max: 60 }), count: fc.integer({ min: 1, max: 30 }) };

  test.prop([fc.record({ ...anyPool, seed: fc.nat(), levels: fc.constantFrom(1, 2, 1000) })])(
    "chooses the requested number of distinct rows, or all, least certain first, reproducibly",
    ({ rows, count, seed, levels }) => {
      const random = createRandom(seed);
      const points = fill(
        Array.from({ length: rows }, () => [random.integer(levels), random.integer(levels)]),
      );
      const margins = Float64Array.from({ length: rows }, () => random.integer(levels + 1) / (levels + 1));
      const candidates = [...margins.keys()];
      const chosen = chooseDiverse(candidates, () => points, margins, { count, seed });
      expect(chosen).toHaveLength(Math.min(count, rows));
      expect(new Set(chosen.map(({ row }) => row)).size).toBe(chosen.length);
      const order = chosen.map(({ row }) => margins[row]!);
      if (rows > count) expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(chosen.every(({ alike }) => alike >= 1 && alike <= rows)).toBe(true);
      expect(chooseDiverse(candidates, () => points, margins, { count, seed })).toEqual(chosen);
    },
  );

  it("chooses one row near the middle of each cluster, with fewer or more dimensions than points", () => {
    const clusters = 4;
    const random = createRandom(3);
    for (const dimensions of [4, 200]) {
      const rows = Array.from({ length: 40 }, (_, i) => i % clusters);
      const points = fill(
        rows.map((cluster, i) =>
          Array.from({ length: dimensions }, (_, j) => {
            const far = i < clusters ? 3 : 0.1;
            return (j === cluster ? 100 : 0) + far * random.normal();
          }),
        ),
      );
      const margins = new Float64Array(40).fill(0.1);
      for (let seed = 0; seed < 10; seed++) {
        const chosen = chooseDiverse([...rows.keys()], () => points, margins, { count: clusters, seed });
        expect(new Set(chosen.map(({ row }) => rows[row])).size).toBe(clusters);
        expect(chosen.map(({ alike }) => alike)).toEqual([10, 10, 10, 10]);
        // The first four lie at their clusters' edges.
        expect(chosen.every(({ row }) => row >= clusters)).toBe(true);
      }
    }
  });

  it("weights rows by uncertainty: centres move towards uncertain rows", () => {
    const points = fill([[0], [1], [2], [3], [4]]);
    const margins = Float64Array.from([0.99, 0.99, 0.99, 0.99, 0]);
    const chosen = chooseDiverse([0, 1, 2, 3, 4], () => points, margins, { count: 1, seed: 0 });
    expect(chosen).toEqual([{ row: 4, alike: 5 }]);
  });
});
