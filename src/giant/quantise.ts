/**
 * int8 weights, one scale a column: what ONNX Runtime's MatMulIntegerToFloat multiplies by.
 *
 * Symmetric: w = scale * (q - 128), q in 1 ... 255, scale = max |w| / 127 over the column. Unsigned with the zero point
 * 128 rather than signed: the same numbers, the same instructions where the processor has VNNI, and none of the
 * saturation that unsigned-by-signed products suffer where it has only AVX2.
 * Must not know: which layer the weights belong to.
 */

/** A quantised weight matrix [rows, columns]. */
export interface QuantisedWeights {
  readonly values: Uint8Array;
  /** One a column. */
  readonly scales: Float32Array;
}

/** The zero point of all quantised weights. */
export const weightZeroPoint = 128;

/** Quantises weights [rows, columns], row-major. A column of zeros gets the scale 1. */
export function quantiseColumns(weights: Float32Array, rows: number, columns: number): QuantisedWeights {
  const scales = new Float32Array(columns);
  for (let r = 0; r < rows; r++) {
    const row = weights.subarray(r * columns, (r + 1) * columns);
    for (let c = 0; c < columns; c++) {
      const size = Math.abs(row[c]!);
      if (size > scales[c]!) scales[c] = size;
    }
  }
  const inverse = new Float32Array(columns);
  for (let c = 0; c < columns; c++) {
    scales[c] = scales[c]! > 0 ? scales[c]! / 127 : 1;
    inverse[c] = 1 / scales[c]!;
  }
  const values = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const start = r * columns;
    for (let c = 0; c < columns; c++) {
      // Math.floor(x + .5) of a positive number; adding the zero point first makes it one.
      values[start + c] = weights[start + c]! * inverse[c]! + (weightZeroPoint + 0.5);
    }
  }
  return { values, scales };
}

/** Turns [rows, columns] into [columns, rows], in blocks that fit the processor's cache. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  const block = 32;
  for (let r0 = 0; r0 < rows; r0 += block) {
    for (let c0 = 0; c0 < columns; c0 += block) {
      const rEnd = Math.min(rows, r0 + block);
      const cEnd = Math.min(columns, c0 + block);
      for (let r = r0; r < rEnd; r++) {
        for (let c = c0; c < cEnd; c++) result[c * rows + r] = values[r * columns + c]!;
      }
    }
  }
  return result;
}
