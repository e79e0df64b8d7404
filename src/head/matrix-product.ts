/**
 * The products with the design matrix that a computation requests (softmax-regression.ts): by plain loops in
 * float64, or by a float32 engine such as ONNX Runtime. With 10,000 rows of 576 features and 35 classes the
 * engine is 3.5 times as fast on two cores; with 3 classes there is little difference.
 *
 * Not its concern: engines (node/models/ort-matrix-product.ts), heads.
 */
import type { Matrix } from "../math/matrix.ts";
import { multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import type { Computation, ProductRequest } from "./softmax-regression.ts";

/** A float32 matrix engine. */
export interface MatrixProduct {
  /** Computes left x right, one of them transposed; shapes are those before transposition. */
  multiply(left: Matrix, right: Matrix, transposed: "left" | "right"): Promise<Matrix>;
}

/** A matrix engine that holds native memory until it is disposed of. */
export interface DisposableMatrixProduct extends MatrixProduct {
  dispose(): Promise<void>;
}

/** Rows used per feature for the curvature: it only guides the search, so more rows would not help. */
const curvatureRowsPerFeature = 2;

/** Runs a computation to its end with loops over a design matrix [rows, features] in float64. */
export function computeInLoops<T>(computation: Computation<T>, design: Float64Array, features: number): T {
  const rows = design.length / features;
  const answer = ({ kind, operand }: ProductRequest): Float64Array => {
    switch (kind) {
      case "logits":
        return multiplyByRows(design, operand, rows, operand.length / features, features);
      case "gradient":
        return multiplyTransposed(operand, design, operand.length / rows, features, rows);
      case "curvature":
        return computeCurvature(design, operand, features);
      default:
        return kind satisfies never;
    }
  };
  let state = computation.next();
  while (!state.done) state = computation.next(answer(state.value));
  return state.value;
}

/** Computes X^T diag(weights) X, from evenly spaced rows when there are many more rows than features. */
function computeCurvature(design: Float64Array, weights: Float64Array, features: number): Float64Array {
  const rows = weights.length;
  const used = Math.min(rows, Math.max(curvatureRowsPerFeature * features, 1000));
  const sample = new Float64Array(used * features);
  for (let i = 0; i < used; i++) {
    const row = Math.floor((i * rows) / used);
    const factor = Math.sqrt((weights[row]! * rows) / used);
    for (let j = 0; j < features; j++) sample[i * features + j] = factor * design[row * features + j]!;
  }
  return multiplyTransposed(sample, sample, features, features, used);
}

/** Runs a computation to its end with an engine; the design matrix stays in float32. */
export async function computeWithProduct<T>(
  computation: Computation<T>,
  design: Matrix,
  product: MatrixProduct,
): Promise<T> {
  const { rows, columns: features } = design;
  const answer = async ({ kind, operand }: ProductRequest): Promise<Matrix> => {
    const data = new Float32Array(operand);
    switch (kind) {
      case "logits":
        return product.multiply(design, { rows: data.length / features, columns: features, data }, "right");
      case "gradient":
        return product.multiply({ rows, columns: data.length / rows, data }, design, "left");
      case "curvature": {
        const scaled = design.data.slice();
        for (let i = 0; i < rows; i++) {
          const factor = Math.sqrt(data[i]!);
          for (let j = i * features; j < (i + 1) * features; j++) scaled[j]! *= factor;
        }
        const half = { rows, columns: features, data: scaled };
        return product.multiply(half, half, "left");
      }
      default:
        return kind satisfies never;
    }
  };
  let state = computation.next();
  while (!state.done) state = computation.next(new Float64Array((await answer(state.value)).data));
  return state.value;
}
