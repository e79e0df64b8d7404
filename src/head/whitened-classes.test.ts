/**
 * Whitened class means equal those from the explicit inverse covariance matrix, in the space of rows and of
 * features.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createRandom } from "../core/random.ts";
import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import { computeGram } from "../math/matrix-products.ts";
import { createLeftOutComparison } from "./left-out-comparison.ts";
import { compareInSpace, fitWhitenedSpace } from "./whitened-classes.ts";

const problems = {
  seed: fc.integer({ min: 1, max: 1000 }),
  rows: fc.integer({ min: 4, max: 24 }),
  features: fc.integer({ min: 2, max: 12 }),
  classes: fc.integer({ min: 2, max: 4 }),
};

function makeRows(seed: number, rows: number, features: number, classes: number) {
  const random = createRandom(seed);
  const labels = Array.from({ length: rows }, (_, row) => row % classes);
  const x = Float64Array.from({ length: rows * features }, () => random.normal());
  for (const [row, label] of labels.entries()) x[row * features]! += 3 * label;
  return { labels, x, gram: computeGram(x, rows, features) };
}

/**
 * W a by the definition: e (S + e I)^-1 a, S the covariance within classes of the kept rows; `total` is e
 * times the degrees of freedom, if it is given.
 */
function whitenDirectly(
  x: Float64Array,
  labels: readonly number[],
  kept: readonly number[],
  features: number,
  total?: number,
) {
  const classes = [...new Set(kept.map((row) => labels[row]!))].sort((a, b) => a - b);
  const getRow = (row: number) => x.subarray(row * features, (row + 1) * features);
  const means = classes.map((label) => {
    const own = kept.filter((row) => labels[row] === label);
    return Float64Array.from({ length: features }, (_, j) =>
      own.reduce((sum, row) => sum + getRow(row)[j]! / own.length, 0),
    );
  });
  const centre = Float64Array.from({ length: features }, (_, j) =>
    means.reduce((sum, mean) => sum + mean[j]! / means.length, 0),
  );
  const degrees = Math.max(kept.length - classes.length, 1);
  const covariance = new Float64Array(features * features);
  for (const row of kept) {
    const mean = means[classes.indexOf(labels[row]!)]!;
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < features; j++) {
        covariance[i * features + j]! +=
          ((getRow(row)[i]! - mean[i]!) * (getRow(row)[j]! - mean[j]!)) / degrees;
      }
    }
  }
  let trace = 0;
  for (let i = 0; i < features; i++) trace += covariance[i * features + i]!;
  const added = total === undefined ? Math.max(trace / features, 1e-6 * features) : total / degrees;
  for (let i = 0; i < features; i++) covariance[i * features + i]! += added;
  const factor = factorCholesky(covariance, features);
  const multiply = (a: Float64Array, b: Float64Array): number => {
    const solved = Float64Array.from(b);
    solveCholesky(factor, features, solved, 1);
    return added * a.reduce((sum, value, j) => sum + value * solved[j]!, 0);
  };
  const offset = (a: Float64Array) => a.map((value, j) => value - centre[j]!);
  return {
    compare: (row: Float64Array) => ({
      products: means.map((mean) => multiply(offset(mean), offset(row))),
      square: multiply(offset(row), offset(row)),
      plainSquare: offset(row).reduce((sum, value) => sum + value * value, 0),
    }),
    norms: means.map((mean) => Math.sqrt(multiply(offset(mean), offset(mean)))),
    centre,
  };
}

describe("whitened class means", () => {
  test.prop(problems)("equal the definition for rows that are left out", (problem) => {
    const { seed, rows, features, classes } = problem;
    const { labels, x, gram } = makeRows(seed, rows, features, classes);
    const { added } = fitWhitenedSpace(x, gram, labels, features);
    const compare = createLeftOutComparison(gram, labels, added);
    // The first block leaves out a whole class, the other a part of each.
    for (const block of [
      labels.flatMap((label, row) => (label === 0 ? [row] : [])),
      labels.flatMap((_, row) => (row % 5 === 1 ? [row] : [])),
    ]) {
      const kept = [...labels.keys()].filter((row) => !block.includes(row));
      const left = compare(block);
      const direct = whitenDirectly(x, labels, kept, features, added);
      expect(left.classes).toEqual([...new Set(kept.map((row) => labels[row]!))].sort());
      expect(left.norms).toBeAllclose(direct.norms, { rtol: 1e-6, atol: 1e-6 });
      for (const [i, row] of block.entries()) {
        const expected = direct.compare(x.slice(row * features, (row + 1) * features));
        const { products, square, plainSquare } = left.comparisons[i]!;
        expect(products).toBeAllclose(expected.products, { rtol: 1e-6, atol: 1e-6 });
        expect([square, plainSquare]).toBeAllclose([expected.square, expected.plainSquare], {
          rtol: 1e-6,
          atol: 1e-6,
        });
      }
    }
  });

  test.prop(problems)("are the same in the space of features, for rows never seen", (problem) => {
    const { seed, rows, features, classes } = problem;
    const { labels, x, gram } = makeRows(seed, rows, features, classes);
    const space = fitWhitenedSpace(x, gram, labels, features);
    const direct = whitenDirectly(x, labels, [...labels.keys()], features);
    expect(space.centre).toBeAllclose(direct.centre, { rtol: 1e-9, atol: 1e-9 });
    expect(space.norms).toBeAllclose(direct.norms, { rtol: 1e-6, atol: 1e-6 });
    const random = createRandom(seed, 1);
    for (let i = 0; i < 5; i++) {
      const fresh = Float64Array.from({ length: features }, () => 3 * random.normal());
      const offset = fresh.map((value, j) => value - space.centre[j]!);
      const { products, square, plainSquare } = compareInSpace(space, offset, features)[0]!;
      const expected = direct.compare(fresh);
      expect(products).toBeAllclose(expected.products, { rtol: 1e-6, atol: 1e-6 });
      expect([square, plainSquare]).toBeAllclose([expected.square, expected.plainSquare], {
        rtol: 1e-6,
        atol: 1e-6,
      });
    }
  });
});
