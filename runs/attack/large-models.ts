/** Small ONNX models that ask for 12.5 GB. */
import { joinBytes } from "../../src/core/join-arrays.ts";
import { createModel, createNode, createTensorPrefix, createValueInfo } from "../../src/onnx/proto.ts";

/** Models of a few hundred bytes with a tensor of 12.5 GB: declared for weights, made by operators, made again and again. */
export function createLargeModels(): Record<string, Uint8Array> {
  const outputs = [createValueInfo("y2", "float32", [1, 8, "time"])];
  const inputs = [createValueInfo("x", "float32", [1, "samples"])];
  const values = 12.5e9 / 4;
  const large = createNumbers("shape", [1, 8, values / 8]);
  const small = createNumbers("row", [1, 1, 1]);
  const one = createNumbers("first", [1]);
  const declared = createTensorPrefix("weights", "float32", [1, 8, values / 8], 4);
  const slice = createNode("ReduceMean", ["x"], ["mean"], { keepdims: 0 });
  const reshape = createNode("Reshape", ["mean", "row"], ["start"]);
  const model = (nodes: readonly Uint8Array[]) => createModel({ nodes, inputs, outputs }, 17);
  return {
    "onnx-declared-weights": joinBytes([
      model([createNode("Add", ["weights", "weights"], ["y2"])]),
      ...[declared, new Uint8Array(4)],
    ]),
    "onnx-constant-of-shape": joinBytes([model([createNode("ConstantOfShape", ["shape"], ["y2"])]), large]),
    "onnx-expand": joinBytes([
      model([slice, reshape, createNode("Expand", ["start", "shape"], ["y2"])]),
      ...[large, small, one],
    ]),
  };
}

/** Integers as a tensor of the graph. */
function createNumbers(name: string, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
  return joinBytes([createTensorPrefix(name, "int64", [numbers.length], bytes.length), bytes]);
}
