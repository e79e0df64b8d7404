/**
 * Matrix products, Cholesky and eigenvectors compared with their definitions, on random and on
 * ill-conditioned matrices.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { GolemError } from "../core/error.ts";
import { createRandom } from "../core/random.ts";
import { factorCholesky, invertCholesky, solveCholesky } from "./cholesky.ts";
import { computeEigen } from "./eigen.ts";
import {
  centreGram,
  computeGram,
  dot,
  multiply,
  multiplyByRows,
  multiplyTransposed,
} from "./matrix-products.ts";

const sizes = fc.integer({ min: 1, max: 9 });
const seeds = fc.integer();

function draw(length: number, seed: number): Float64Array {
  const random = createRandom(seed, length);
  return Float64Array.from({ length }, random.normal);
}

function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** The definition of A B. */
function multiplySlowly(a: Float64Array, b: Float64Array, rows: number, columns: number, inner: number) {
  return Float64Array.from({ length: rows * columns }, (_, index) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a[Math.floor(index / columns) * inner + k]! * b[k * columns + (index % columns)]!;
    }
    return sum;
  });
}

test("products of every shape follow the definition", () => {
  fc.assert(
    fc.property(sizes, sizes, sizes, seeds, (rows, columns, inner, seed) => {
      const a = draw(rows * inner, seed);
      const b = draw(inner * columns, seed + 1);
      const expected = multiplySlowly(a, b, rows, columns, inner);
      const close = { rtol: 1e-12, atol: 1e-12 };
      expect(multiply(a, b, rows, columns, inner)).toBeAllclose(expected, close);
      expect(multiplyByRows(a, transpose(b, inner, columns), rows, columns, inner)).toBeAllclose(
        expected,
        close,
      );
      expect(multiplyTransposed(transpose(a, rows, inner), b, rows, columns, inner)).toBeAllclose(
        expected,
        close,
      );
      const gram = multiplySlowly(a, transpose(a, rows, inner), rows, rows, inner);
      expect(computeGram(a, rows, inner)).toBeAllclose(gram, close);
      expect([dot(a, a)]).toBeAllclose([a.reduce((sum, x) => sum + x * x, 0)], close);
    }),
    { numRuns: scaleRuns(60) },
  );
});

describe("Cholesky", () => {
  test("solves and inverts positive definite systems", () => {
    fc.assert(
      fc.property(sizes, seeds, (size, seed) => {
        const matrix = computeGram(draw(size * (size + 3), seed), size, size + 3);
        for (let i = 0; i < size; i++) matrix[i * size + i]! += 0.1;
        const factor = factorCholesky(matrix.slice(), size);
        const x = draw(size * 3, seed + 2);
        const b = multiply(matrix, x, size, 3, size);
        solveCholesky(factor, size, b, 3);
        expect(b).toBeAllclose(x, { rtol: 1e-7, atol: 1e-8 });
        const identity = multiply(invertCholesky(factor, size), matrix, size, size, size);
        const expected = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
        expect(identity).toBeAllclose(expected, { atol: 1e-9 });
      }),
      { numRuns: scaleRuns(60) },
    );
  });

  test("rejects a matrix that is not positive definite", () => {
    expect(() => factorCholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(GolemError);
  });
});

describe("eigenvectors", () => {
  function check(matrix: Float64Array, size: number): Float64Array {
    const { values, vectors } = computeEigen(matrix, size);
    const scaled = vectors.map((value, i) => value * values[Math.floor(i / size)]!);
    const norm = Math.max(1e-300, ...matrix.map(Math.abs));
    const rebuilt = multiplyTransposed(vectors, scaled, size, size, size);
    expect(rebuilt).toBeAllclose(matrix, { rtol: 0, atol: 1e-12 * norm * size });
    const identity = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    expect(computeGram(vectors, size, size)).toBeAllclose(identity, { rtol: 0, atol: 1e-12 * size });
    return values.slice().sort();
  }

  test("of random symmetric matrices reconstruct them and are orthonormal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), seeds, (size, seed) => {
        const a = draw(size * size, seed);
        check(
          a.map((value, i) => value + a[(i % size) * size + Math.floor(i / size)]!),
          size,
        );
      }),
      { numRuns: scaleRuns(60) },
    );
  });

  test("of centred rows that repeat, like those of short transcripts", () => {
    for (let seed = 0; seed < 10; seed++) {
      const [size, features, distinct] = [60, 30, 3];
      const different = draw(distinct * features, seed);
      const random = createRandom(seed, 1);
      const places = Array.from({ length: size }, () => random.integer(distinct));
      const rows = new Float64Array(size * features);
      for (const [i, place] of places.entries()) {
        rows.set(different.subarray(place * features, (place + 1) * features), i * features);
      }
      for (let j = 0; j < features; j++) {
        let mean = 0;
        for (let i = 0; i < size; i++) mean += rows[i * features + j]! / size;
        for (let i = 0; i < size; i++) rows[i * features + j]! -= mean;
      }
      const values = check(computeGram(rows, size, features), size);
      expect(values.slice(0, size - distinct + 1)).toBeAllclose(new Float64Array(size - distinct + 1), {
        atol: 1e-12 * values.at(-1)!,
      });
    }
  });

  test("of matrices with repeated, zero and far apart eigenvalues", () => {
    expect(check(new Float64Array(9), 3)).toBeAllclose([0, 0, 0]);
    expect(check(Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2), 3)).toBeAllclose([2, 2, 2]);
    expect(check(new Float64Array(25).fill(1), 5)).toBeAllclose([0, 0, 0, 0, 5], { atol: 1e-12 });
    expect(check(Float64Array.of(1e12, 1, 1, 1e-6), 2)[1]).toBeCloseTo(1e12, 0);
    // Rank 3 of 80: everything else is rounding.
    const thin = draw(80 * 3, 5);
    const deficient = check(multiplyTransposed(thin, thin, 3, 3, 80).slice(0, 9), 3);
    const wide = check(computeGram(thin, 80, 3), 80);
    expect(wide.slice(-3)).toBeAllclose(deficient, { rtol: 1e-9 });
    // Second differences: 2 - 2 cos(pi k / (n + 1)).
    const size = 30;
    const chain = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      chain[i * size + i] = 2;
      if (i > 0) chain[i * size + i - 1] = chain[(i - 1) * size + i] = -1;
    }
    const expected = Array.from(
      { length: size },
      (_, k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (size + 1)),
    );
    expect(check(chain, size)).toBeAllclose(expected, { rtol: 1e-10 });
    // Rank 3 among 40 rows, as a Gram matrix of duplicated recordings is.
    const gram = computeGram(draw(120, 1), 40, 3);
    expect(check(gram, 40).subarray(0, 37)).toBeAllclose(new Float64Array(37), { atol: 1e-10 });
  });
});

test("a centred Gram matrix is the Gram matrix of rows minus their weighted mean", () => {
  fc.assert(
    fc.property(sizes, sizes, seeds, (rows, features, seed) => {
      const x = draw(rows * features, seed);
      const weights = draw(rows, seed + 1).map((value) => 0.1 + Math.abs(value));
      const total = weights.reduce((a, b) => a + b);
      const centred = x.map((value, i) => {
        let mean = 0;
        for (let r = 0; r < rows; r++) mean += (weights[r]! / total) * x[r * features + (i % features)]!;
        return value - mean;
      });
      expect(centreGram(computeGram(x, rows, features), rows, weights)).toBeAllclose(
        computeGram(centred, rows, features),
        { rtol: 1e-9, atol: 1e-10 },
      );
    }),
    { numRuns: scaleRuns(40) },
  );
});
