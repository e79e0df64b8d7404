/**
 * Removes the dynamic quantisation of activations from a published graph: integer products become float
 * products with the same weights.
 *
 * Quantised activations are rounded to 256 steps. If a value lies between two steps, the last bit of the
 * preceding float arithmetic decides which one it gets, so the same recording gave vectors that differed by 1
 * % between two processors, or between Node and a browser. Computed in floats they agree to one in a million,
 * for 14 % more time (the integer products of MLAS are not much faster than its float products at these
 * sizes). The nodes replaced are those that ONNX Runtime's `quantize_dynamic` writes: DynamicQuantizeLinear,
 * MatMulInteger, Cast, Mul with both scales.
 */
import { GolemError } from "../core/error.ts";
import type { AddedNodes, GraphContents } from "./graph-extract.ts";
import { elementType } from "./proto.ts";

/**
 * Adds the float form of every quantised product in the graph. `extractModel` uses the added nodes instead of
 * those they replace. Throws `weights-damaged` when the graph does not follow the pattern.
 */
export function addFloatProducts(graph: GraphContents, { add }: Pick<AddedNodes, "add">): void {
  const nodes = new Set(graph.nodes.values());
  const find = (operator: string, input: string) => {
    for (const node of nodes) if (node.operator === operator && node.inputs.includes(input)) return node;
    throw new GolemError("weights-damaged", `The ONNX model has no ${operator} after ${input}.`);
  };
  for (const { operator, inputs, outputs } of nodes) {
    if (operator !== "MatMulInteger") continue;
    const [activation, weight, , weightZero] = inputs as [string, string, string, string];
    const source = graph.nodes.get(activation);
    if (source?.operator !== "DynamicQuantizeLinear") continue;
    const cast = find("Cast", outputs[0]!).outputs[0]!;
    const scaled = find("Mul", cast);
    const scales = graph.nodes.get(scaled.inputs.find((name) => name !== cast)!);
    const weightScale = scales?.inputs.find((name) => name !== source.outputs[1]);
    if (weightScale === undefined) {
      throw new GolemError("weights-damaged", `The ONNX model does not scale the product ${outputs[0]}.`);
    }
    const result = scaled.outputs[0]!;
    const name = (part: string): string => `golem_${part}_${result}`;
    const unpacked = getFloatWeight(result);
    // Constants; ONNX Runtime computes them once, when it loads the model.
    add("Cast", [weight], [name("weight")], { to: elementType.float32 });
    add("Cast", [weightZero], [name("zero")], { to: elementType.float32 });
    add("Sub", [name("weight"), name("zero")], [name("centred")]);
    add("Mul", [name("centred"), weightScale], [unpacked]);
    add("MatMul", [source.inputs[0]!, unpacked], [result]);
  }
}

/** Name of a product's float weights, by the tensor that it computes. */
export const getFloatWeight = (product: string): string => `golem_unpacked_${product}`;
