/**
 * Matrix products in a graph, in float32, or with int8 weights and activations quantised at run time.
 *
 * Activations are quantised once and shared by all products that use them (DynamicQuantizeLinear: uint8, one
 * scale and zero point per tensor), and moved as bytes where frames are sliced and joined.
 */
import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { quantiseColumns, transpose } from "./quantise.ts";

/** Arithmetic of the large products. */
export type Precision = "fp32" | "int8";

/** Activations, the input of products. */
export interface Activations {
  /** float32, or uint8 when `scale` is set. */
  readonly tensor: string;
  readonly scale?: string;
  readonly zeroPoint?: string;
}

/** Adds matrix products to a graph. */
export interface LinearWriter {
  /** Prepares a float32 tensor for products, once however often it is called. */
  prepare(tensor: string): Activations;
  /** Applies nodes that only move elements (Slice, Reshape, Concat ...) to activations. */
  move(activations: Activations, nodes: (tensor: string) => string): Activations;
  /** Multiplies by weights [inputs, outputs] and adds the bias [outputs] if given. Returns float32. */
  multiply(
    activations: Activations,
    name: string,
    weights: Float32Array,
    outputs: number,
    bias?: string,
  ): Promise<string>;
  /** The same for weights [outputs, inputs], the layout of linear layers. */
  readonly multiplyTransposed: LinearWriter["multiply"];
}

/** Creates a writer of products in this precision. */
export function createLinearWriter(graph: GraphWriter, precision: Precision): LinearWriter {
  const prepared = new Set<string>();
  const multiply: LinearWriter["multiply"] = async (activations, name, weights, outputs, bias) => {
    const inputs = weights.length / outputs;
    if (activations.scale === undefined || activations.zeroPoint === undefined) {
      const matrix = await graph.addTensor(name, [inputs, outputs], weights);
      const product = graph.addNode("MatMul", [activations.tensor, matrix]);
      return bias === undefined ? product : graph.addNode("Add", [product, bias]);
    }
    const { values, scales } = quantiseColumns(weights, inputs, outputs);
    return graph.addNode(
      "MatMulIntegerToFloat",
      [
        activations.tensor,
        await graph.addTensor(name, [inputs, outputs], values),
        activations.scale,
        await graph.addTensor(`${name}_scale`, [outputs], scales),
        activations.zeroPoint,
        ...(bias === undefined ? [] : ["", bias]),
      ],
      { domain: "com.microsoft" },
    );
  };
  return {
    prepare(tensor) {
      if (precision === "fp32") return { tensor };
      const [quantised, scale, zero] = [`${tensor}_q`, `${tensor}_scale`, `${tensor}_zero`];
      if (prepared.has(tensor)) return { tensor: quantised, scale, zeroPoint: zero };
      prepared.add(tensor);
      graph.addNode("DynamicQuantizeLinear", [tensor], { outputs: [quantised, scale, zero] });
      return { tensor: quantised, scale, zeroPoint: zero };
    },
    move: (activations, nodes) => ({ ...activations, tensor: nodes(activations.tensor) }),
    multiply,
    multiplyTransposed: (activations, name, weights, outputs, bias) =>
      multiply(activations, name, transpose(weights, outputs, weights.length / outputs), outputs, bias),
  };
}
