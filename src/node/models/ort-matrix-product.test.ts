/** Products by ONNX Runtime compared with plain loops, and a logistic fit with both. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../../core/random.ts";
import { trainHead, trainHeadWithProduct } from "../../head/index.ts";
import type { DisposableMatrixProduct } from "../../head/matrix-product.ts";
import { createMatrix, type Matrix } from "../../math/matrix.ts";
import { multiplyByRows, multiplyTransposed } from "../../math/matrix-products.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { createOrtMatrixProduct } from "./ort-matrix-product.ts";

let product: DisposableMatrixProduct;
beforeAll(async () => {
  product = await createOrtMatrixProduct(createNodeOnnxRuntime({ threads: 2 }));
});
afterAll(() => product.dispose());

function draw(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(rows, columns, Float32Array.from({ length: rows * columns }, random.normal));
}

test("left and right transposed, of changing shapes", async () => {
  for (const [rows, inner, columns] of [
    [3, 5, 2],
    [40, 30, 7],
    [1, 1, 1],
  ] as const) {
    const a = draw(rows, inner, 1);
    const b = draw(columns, inner, 2);
    const right = await product.multiply(a, b, "right");
    expect([right.rows, right.columns]).toEqual([rows, columns]);
    const expected = multiplyByRows(
      Float64Array.from(a.data),
      Float64Array.from(b.data),
      rows,
      columns,
      inner,
    );
    expect(right.data).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });

    const c = draw(rows, columns, 3);
    const left = await product.multiply(a, c, "left");
    expect([left.rows, left.columns]).toEqual([inner, columns]);
    expect(left.data).toBeAllclose(
      multiplyTransposed(Float64Array.from(a.data), Float64Array.from(c.data), inner, columns, rows),
      { rtol: 1e-4, atol: 1e-5 },
    );
  }
});

test.each(["none", "balanced"] as const)(
  "a logistic fit, class weight %s, is the same",
  async (classWeight) => {
    const rows = 2000;
    const features = 120;
    const embeddings = draw(rows, features, 4);
    const labels = Int32Array.from({ length: rows }, (_, i) =>
      i % 7 === 0 ? 2 : i % 5 === 0 ? 1 : i % 3 === 0 ? 4 : i % 2 ? 0 : 3,
    );
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < 20; j++) embeddings.data[i * features + j]! += ((labels[i]! * (j + 3)) % 5) * 0.4;
    }
    const options = { seed: 0, classWeight };
    const loops = trainHead("logistic", embeddings, labels, 5, options);
    const engine = await trainHeadWithProduct("logistic", embeddings, labels, 5, options, product);
    expect([Number(engine.saved.meta.facts.objective)]).toBeAllclose(
      [Number(loops.saved.meta.facts.objective)],
      {
        rtol: 1e-6,
      },
    );
    expect(engine.computeLogits(embeddings).data).toBeAllclose(loops.computeLogits(embeddings).data, {
      rtol: 1e-3,
      atol: 1e-3,
    });
  },
);
