import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { factorCholesky, invertLower } from "./cholesky.ts";
import { computeGram, dot, multiply, multiplyByRows, multiplyTransposed } from "./matrix-products.ts";

const random = createRandom(3);
const draw = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());

/** Sums of products one after the other, or four at a time. */
function multiplyPlainly(
  rows: number,
  columns: number,
  inner: number,
  term: (i: number, j: number, k: number) => number,
  grouped: boolean,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const get = (k: number): number => term(Math.floor(at / columns), at % columns, k);
    let sum = 0;
    let k = 0;
    for (; grouped && k + 3 < inner; k += 4) sum += get(k) + get(k + 1) + (get(k + 2) + get(k + 3));
    for (; k < inner; k++) sum += get(k);
    return sum;
  });
}

it.each([
  [41, 37, 53],
  [64, 64, 64],
  [130, 7, 90],
])("gives the same bits as plain loops: %i x %i, %i products each", (rows, columns, inner) => {
  const [a, b] = [draw(rows * inner), draw(columns * inner)];
  const byRows = (i: number, j: number, k: number) => a[i * inner + k]! * b[j * inner + k]!;
  expect(multiplyByRows(a, b, rows, columns, inner)).toEqual(
    multiplyPlainly(rows, columns, inner, byRows, false),
  );
  const own = (i: number, j: number, k: number) => a[i * inner + k]! * a[j * inner + k]!;
  expect(computeGram(a, rows, inner)).toEqual(multiplyPlainly(rows, rows, inner, own, false));
  const plain = (i: number, j: number, k: number) => a[i * inner + k]! * b[k * columns + j]!;
  expect(multiply(a, b, rows, columns, inner)).toEqual(multiplyPlainly(rows, columns, inner, plain, true));
  const turned = (i: number, j: number, k: number) => a[k * rows + i]! * b[k * columns + j]!;
  expect(multiplyTransposed(a, b, rows, columns, inner)).toEqual(
    multiplyPlainly(rows, columns, inner, turned, true),
  );
  const squared = (i: number, j: number, k: number) => a[k * rows + i]! * a[k * rows + j]!;
  expect(multiplyTransposed(a, a, rows, rows, inner)).toEqual(
    multiplyPlainly(rows, rows, inner, squared, true),
  );
});

it.each([33, 34, 61, 96])("factorises and inverts %i rows with the same bits as plain loops", (size) => {
  const a = computeGram(draw(size * (size + 5)), size, size + 5);
  const plain = Float64Array.from(a);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const sum = dot(plain, plain, j, i * size, j * size);
      plain[i * size + j] = (plain[i * size + j]! - sum) / plain[j * size + j]!;
    }
    plain[i * size + i] = Math.sqrt(plain[i * size + i]! - dot(plain, plain, i, i * size, i * size));
  }
  const factor = factorCholesky(a, size);
  expect(factor).toEqual(plain);
  const inverse = invertLower(factor, size);
  const expected = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const at = (row: number, k: number): number => expected[row * size + k]!;
    let j = 0;
    for (; j + 3 < i; j += 4) {
      const [x0, x1, x2, x3] = [0, 1, 2, 3].map((n) => factor[i * size + j + n]!) as [
        number,
        number,
        number,
        number,
      ];
      for (let k = 0; k < j + 4; k++) {
        expected[i * size + k]! -=
          x0 * at(j, k) + x1 * at(j + 1, k) + (x2 * at(j + 2, k) + x3 * at(j + 3, k));
      }
    }
    for (; j < i; j++) {
      for (let k = 0; k <= j; k++) expected[i * size + k]! -= factor[i * size + j]! * at(j, k);
    }
    const pivot = 1 / factor[i * size + i]!;
    for (let k = 0; k < i; k++) expected[i * size + k]! *= pivot;
    expected[i * size + i] = pivot;
  }
  expect(inverse).toEqual(expected);
});

it("rejects a matrix that is not positive definite", () => {
  const a = new Float64Array(40 * 40);
  for (let i = 0; i < 40; i++) a[i * 41] = i === 35 ? -1 : 1;
  expect(() => factorCholesky(a, 40)).toThrow(/pivot 35 is -1/);
});
