/**
 * Times the logistic head on 10,000 x 576 x 14 and checks the objective it reaches. bench/logistic.py does
 * the same with scikit-learn.
 *
 *   npx tsx bench/logistic.ts DATA.bin [--rounds N] [--loops]     writes DATA.bin from a seed if it does not exist
 *
 * DATA.bin: int32 rows, features, classes; float32 features row by row; int32 labels. Prints one JSON
 * document.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createRandom } from "../src/core/random.ts";
import { computeProbabilities, type Head, trainHead, trainHeadWithProduct } from "../src/head/index.ts";
import { createMatrix, type Matrix } from "../src/math/matrix.ts";
import { createNodeOnnxRuntime } from "../src/node/models/onnx-runtime-node.ts";
import { createOrtMatrixProduct } from "../src/node/models/ort-matrix-product.ts";

interface Data {
  embeddings: Matrix;
  labels: Int32Array;
  classes: number;
}

/**
 * Writes overlapping Gaussian classes in 40 directions of decreasing strength, projected to 576 noisy
 * features.
 */
function writeData(path: string, rows: number, features: number, classes: number): void {
  const random = createRandom(1);
  const rank = 40;
  const basis = Float64Array.from(
    { length: rank * features },
    (_, i) => random.normal() / (1 + Math.floor(i / features) / 8),
  );
  const centres = Float64Array.from({ length: classes * rank }, random.normal);
  const data = new Float32Array(rows * features);
  const labels = Int32Array.from({ length: rows }, () => random.integer(classes));
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * features, (i + 1) * features);
    for (let j = 0; j < features; j++) row[j] = 2 + random.normal();
    for (let k = 0; k < rank; k++) {
      const strength = 0.5 * centres[labels[i]! * rank + k]! + random.normal();
      for (let j = 0; j < features; j++) row[j]! += strength * basis[k * features + j]!;
    }
  }
  const header = Int32Array.of(rows, features, classes);
  writeFileSync(path, Buffer.concat([header, data, labels].map((part) => Buffer.from(part.buffer))));
}

function readData(path: string): Data {
  const bytes = readFileSync(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const [rows, features, classes] = new Int32Array(buffer, 0, 3);
  const data = new Float32Array(buffer, 12, rows! * features!);
  const labels = new Int32Array(buffer, 12 + 4 * data.length, rows);
  return { embeddings: createMatrix(rows!, features!, data), labels, classes: classes! };
}

/** Computes the objective of the saved head again: sum of cross-entropies + |W|^2 / (2 C). */
function computeObjective(head: Head, { embeddings, labels }: Data, C: number): number {
  const { data, columns } = computeProbabilities(head.computeLogits(embeddings));
  let objective = 0;
  for (const [i, label] of labels.entries()) objective -= Math.log(data[i * columns + label]!);
  for (const value of head.saved.tensors.weight!.data) objective += value ** 2 / (2 * C);
  return objective;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, loops: { type: "boolean", default: false } },
});
const path = positionals[0];
if (!path) throw new Error("Name a file for the data.");
if (!existsSync(path)) writeData(path, 10_000, 576, 14);
const data = readData(path);
const C = 0.03;
const product = values.loops
  ? undefined
  : await createOrtMatrixProduct(createNodeOnnxRuntime({ threads: 2 }));
const seconds: number[] = [];
let head: Head | undefined;
for (let round = 0; round < Number(values.rounds); round++) {
  const start = performance.now();
  head = product
    ? await trainHeadWithProduct(
        "logistic",
        data.embeddings,
        data.labels,
        data.classes,
        { seed: 0, C },
        product,
      )
    : trainHead("logistic", data.embeddings, data.labels, data.classes, { seed: 0, C });
  seconds.push((performance.now() - start) / 1000);
}
await product?.dispose();
console.log(
  JSON.stringify({
    what: "golem logistic, standardisation included",
    engine: product ? "ONNX Runtime, float32, 2 threads" : "plain loops, float64",
    machine: cpus()[0]?.model,
    seconds: seconds.slice().sort((a, b) => a - b)[Math.floor(seconds.length / 2)],
    raw: seconds,
    objective: head ? computeObjective(head, data, C) : undefined,
    iterations: head?.saved.meta.facts.iterations,
  }),
);
