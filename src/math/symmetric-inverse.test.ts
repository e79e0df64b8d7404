/** The inverse of a shifted symmetric matrix times the matrix is the identity; other matrices are errors. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { computeGram, multiply } from "./matrix-products.ts";
import { createTiles, invertTiles, readTiles, unpackTiles } from "./symmetric-inverse.ts";

describe("invertTiles", () => {
  test.prop([fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 90 }), fc.integer()])(
    "inverts matrices, including those of low rank",
    (size, inner, seed) => {
      const random = createRandom(seed);
      const x = Float64Array.from({ length: size * inner }, () => random.normal());
      const gram = computeGram(x, size, inner);
      const tiles = createTiles(size, (i, j) => gram[i * size + j]!);
      expect(unpackTiles(tiles)).toEqual(gram);
      const shift = 0.3;
      const inverse = invertTiles(tiles, shift, 2);
      for (let i = 0; i < size; i++) gram[i * (size + 1)]! += shift;
      const product = multiply(gram, inverse, size, size, size);
      const identity = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 2 : 0));
      expect(product).toBeAllclose(identity, { rtol: 0, atol: 1e-9 });
    },
  );

  it("does not change the tiles, and writes only the matrix", () => {
    const tiles = createTiles(5, (i, j) => (i === j ? 2 : 0.5));
    const out = new Float64Array(30).fill(7);
    invertTiles(tiles, 1, 1, out);
    expect(readTiles(tiles, 3, 3)).toBe(2);
    expect(out.slice(25)).toEqual(new Float64Array(5).fill(7));
  });

  it("rejects a matrix that is not positive definite", () => {
    const tiles = createTiles(6, (i, j) => (i === j ? (i === 5 ? -1 : 1) : 0));
    expect(() => invertTiles(tiles, 0.5, 1)).toThrow(/size 6 .* pivot 5 is -0\.5/);
  });
});
