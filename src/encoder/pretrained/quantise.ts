/**
 * int8 weights with one scale per column, for ONNX Runtime's MatMulIntegerToFloat.
 *
 * Symmetric: w = scale * q, q in -127 ... 127, scale = max |w| / 127 over the column. The weights are signed,
 * because the processor's instructions multiply uint8 by int8 (with AVX-512 VNNI 2.3 times faster than uint8
 * times uint8). On processors with only AVX2 such products can saturate; there ONNX Runtime turns the weights
 * into uint8 while loading, if the session requests it (`session.x64quantprecision`).
 */

/** A quantised weight matrix [rows, columns]. */
interface QuantisedWeights {
  readonly values: Int8Array;
  /** One per column. */
  readonly scales: Float32Array;
}

/** Quantises weights [rows, columns], row-major. The scale of a column of zeros is 1. */
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
  const values = new Int8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const start = r * columns;
    // Conversion truncates towards zero. Shifted by 128, all values are positive, so adding 0.5 before it
    // rounds.
    for (let c = 0; c < columns; c++) {
      values[start + c] = Math.trunc(weights[start + c]! * inverse[c]! + 128.5) - 128;
    }
  }
  return { values, scales };
}

/** Transposes [rows, columns] to [columns, rows], in blocks that fit the processor's cache. */
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
