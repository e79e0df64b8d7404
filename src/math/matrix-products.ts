/**
 * Matrix products: large ones by the SIMD kernel, small ones in plain loops, blocked so that numbers stay in
 * registers. Both give the same bits.
 *
 * All matrices are row-major Float64Array: one element type keeps the compiled loops monomorphic.
 */
import { type Factor, isLarge, multiplyInKernel } from "./kernel-products.ts";

/** Computes the inner product of two vectors, or of `length` elements from `startA` and `startB` on. */
export function dot(a: Float64Array, b: Float64Array, length = a.length, startA = 0, startB = 0): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[startA + i]! * b[startB + i]!;
    s1 += a[startA + i + 1]! * b[startB + i + 1]!;
    s2 += a[startA + i + 2]! * b[startB + i + 2]!;
    s3 += a[startA + i + 3]! * b[startB + i + 3]!;
  }
  for (; i < length; i++) s0 += a[startA + i]! * b[startB + i]!;
  return s0 + s1 + (s2 + s3);
}

/** Adds `factor` x `source` to `target` in place. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array | Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

/** Computes A B^T: rows of a [rows, inner] times rows of b [columns, inner], giving [rows, columns]. */
export function multiplyByRows(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out = new Float64Array(rows * columns),
): Float64Array {
  if (isLarge(rows, columns, inner)) {
    const factor = (values: Float64Array, count: number): Factor => ({
      values,
      count,
      outer: inner,
      inner: 1,
    });
    return multiplyInKernel(factor(a, rows), factor(b, columns), inner, out, {});
  }
  for (let i = 0; i < rows; i += 2) {
    const a0 = i * inner;
    const a1 = i + 1 < rows ? a0 + inner : a0;
    for (let j = 0; j < columns; j += 2) {
      const b0 = j * inner;
      const b1 = j + 1 < columns ? b0 + inner : b0;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let k = 0; k < inner; k++) {
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const y0 = b[b0 + k]!;
        const y1 = b[b1 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
      }
      out[i * columns + j] = s00;
      if (j + 1 < columns) out[i * columns + j + 1] = s01;
      if (i + 1 < rows) {
        out[(i + 1) * columns + j] = s10;
        if (j + 1 < columns) out[(i + 1) * columns + j + 1] = s11;
      }
    }
  }
  return out;
}

/** Computes the Gram matrix A A^T [rows, rows] of a [rows, inner], two rows by four at a time. */
export function computeGram(
  a: Float64Array,
  rows: number,
  inner: number,
  out: Float64Array = new Float64Array(rows * rows),
): Float64Array {
  if (isLarge(rows, rows, inner)) {
    const factor: Factor = { values: a, count: rows, outer: inner, inner: 1 };
    return multiplyInKernel(factor, factor, inner, out, { isGram: true });
  }
  // Rows past the end repeat the last one; their products are not stored.
  const at = (row: number): number => Math.min(row, rows - 1) * inner;
  const store = (row: number, column: number, value: number): void => {
    if (row >= rows || column >= rows) return;
    out[row * rows + column] = value;
    out[column * rows + row] = value;
  };
  for (let i = 0; i < rows; i += 2) {
    const a0 = at(i);
    const a1 = at(i + 1);
    for (let j = 0; j <= i + 1; j += 4) {
      const b0 = at(j);
      const b1 = at(j + 1);
      const b2 = at(j + 2);
      const b3 = at(j + 3);
      let [s00, s01, s02, s03] = [0, 0, 0, 0];
      let [s10, s11, s12, s13] = [0, 0, 0, 0];
      for (let k = 0; k < inner; k++) {
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const y0 = a[b0 + k]!;
        const y1 = a[b1 + k]!;
        const y2 = a[b2 + k]!;
        const y3 = a[b3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      store(i, j, s00);
      store(i, j + 1, s01);
      store(i, j + 2, s02);
      store(i, j + 3, s03);
      store(i + 1, j, s10);
      store(i + 1, j + 1, s11);
      store(i + 1, j + 2, s12);
      store(i + 1, j + 3, s13);
    }
  }
  return out;
}

/**
 * Computes the Gram matrix of the rows minus their weighted mean from the Gram matrix K [rows, rows]: (I - 1
 * u^T) K (I - u 1^T) with u = weights / sum(weights).
 */
export function centreGram(gram: Float64Array, rows: number, weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(rows);
  let grand = 0;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < rows; j++) sum += gram[i * rows + j]! * weights[j]!;
    means[i] = sum / total;
    grand += (weights[i]! / total) * means[i]!;
  }
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const value = gram[i * rows + j]! - means[i]! - means[j]! + grand;
      result[i * rows + j] = value;
      result[j * rows + i] = value;
    }
  }
  return result;
}

/** Computes A B: a [rows, inner] times b [inner, columns], giving [rows, columns]. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out = new Float64Array(rows * columns),
): Float64Array {
  return combineRows(a, inner, 1, b, rows, columns, inner, out);
}

/** Computes A^T B: a [inner, rows] transposed times b [inner, columns], giving [rows, columns]. */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array = new Float64Array(rows * columns),
): Float64Array {
  return combineRows(a, 1, rows, b, rows, columns, inner, out);
}

/** Computes each row of the result as a combination of the rows of b, four of them at a time. */
function combineRows(
  a: Float64Array,
  rowStride: number,
  innerStride: number,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): Float64Array {
  if (isLarge(rows, columns, inner)) {
    const left: Factor = { values: a, count: rows, outer: rowStride, inner: innerStride };
    const right: Factor = { values: b, count: columns, outer: 1, inner: columns };
    return multiplyInKernel(left, right, inner, out, { grouped: true, isGram: a === b && rowStride === 1 });
  }
  out.fill(0);
  let k = 0;
  for (; k + 3 < inner; k += 4) {
    const b0 = k * columns;
    const b1 = b0 + columns;
    const b2 = b1 + columns;
    const b3 = b2 + columns;
    let i = 0;
    for (; i + 1 < rows; i += 2) {
      const start = i * rowStride + k * innerStride;
      const other = start + rowStride;
      const x0 = a[start]!;
      const x1 = a[start + innerStride]!;
      const x2 = a[start + 2 * innerStride]!;
      const x3 = a[start + 3 * innerStride]!;
      const z0 = a[other]!;
      const z1 = a[other + innerStride]!;
      const z2 = a[other + 2 * innerStride]!;
      const z3 = a[other + 3 * innerStride]!;
      const row = i * columns;
      const next = row + columns;
      for (let j = 0; j < columns; j++) {
        const y0 = b[b0 + j]!;
        const y1 = b[b1 + j]!;
        const y2 = b[b2 + j]!;
        const y3 = b[b3 + j]!;
        out[row + j]! += x0 * y0 + x1 * y1 + (x2 * y2 + x3 * y3);
        out[next + j]! += z0 * y0 + z1 * y1 + (z2 * y2 + z3 * y3);
      }
    }
    for (; i < rows; i++) {
      const start = i * rowStride + k * innerStride;
      const x0 = a[start]!;
      const x1 = a[start + innerStride]!;
      const x2 = a[start + 2 * innerStride]!;
      const x3 = a[start + 3 * innerStride]!;
      const row = i * columns;
      for (let j = 0; j < columns; j++) {
        out[row + j]! += x0 * b[b0 + j]! + x1 * b[b1 + j]! + (x2 * b[b2 + j]! + x3 * b[b3 + j]!);
      }
    }
  }
  for (; k < inner; k++) {
    for (let i = 0; i < rows; i++) {
      const x = a[i * rowStride + k * innerStride]!;
      for (let j = 0; j < columns; j++) out[i * columns + j]! += x * b[k * columns + j]!;
    }
  }
  return out;
}
