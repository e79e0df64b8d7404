/**
 * Undoes the dynamic quantisation of activations in a published graph: products of integers become products of floats, with the same weights.
 *
 * Quantised activations are rounded to 256 steps. Where a value lies on an edge, the last bit of the float arithmetic before decides, so
 * that the same recording gave vectors 1 % apart on two processors, or in Node and in a browser. In floats they agree to one in a million, for 14 % more
 * time (MLAS' integer products are not that much faster than its float ones at these sizes). The pattern is that of ONNX Runtime's
 * `quantize_dynamic`: DynamicQuantizeLinear, MatMulInteger, Cast, Mul with both scales.
 * Not its concern: which model it is.
 */
import { GolemError } from "../core/error.ts";
import type { AddedNodes, GraphContents } from "./onnx-extract.ts";
import { elementType } from "./onnx-proto.ts";

/** Adds nodes that compute what every quantised product of the graph stood for; `extractModel` prefers them, and leaves what they replace. */
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
    // Constants, which ONNX Runtime computes once, when it loads the model.
    add("Cast", [weight], [name("weight")], { to: elementType.float32 });
    add("Cast", [weightZero], [name("zero")], { to: elementType.float32 });
    add("Sub", [name("weight"), name("zero")], [name("centred")]);
    add("Mul", [name("centred"), weightScale], [name("unpacked")]);
    add("MatMul", [source.inputs[0]!, name("unpacked")], [result]);
  }
}
