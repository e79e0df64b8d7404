/**
 * Adds pooled layers to an ONNX graph, so that one forward pass yields every layer and no frame leaves the runtime.
 *
 * Output `golem_pooled` [1, layers, 2 x dimensions]: for each layer the mean and the population standard deviation
 * over time; output `golem_frames` [3]: the shape of the last layer, [1, frames, dimensions].
 * Must not know: which model it is; only the names of its layers' tensors, each [1, frames, dimensions].
 */
import { createNode, createValueInfo, extendModel, type ProtoBytes } from "./onnx-proto.ts";

/** Name of the output with the pooled layers. */
export const pooledOutput = "golem_pooled";
/** Name of the output with the shape of the last layer. */
export const framesOutput = "golem_frames";

/**
 * Returns the model with the two outputs added.
 * `layerTensors`: names of tensors [1, frames, dimensions], layer 0 first. Needs operator set 11 to 17, where the
 * axes of ReduceMean are an attribute.
 */
export function addPooledOutputs(
  model: Uint8Array,
  layerTensors: readonly string[],
  dimensions: number,
): Uint8Array {
  const nodes: ProtoBytes[] = [];
  const pooled = layerTensors.map((tensor, layer) => {
    const name = (part: string) => `golem_${part}_${layer}`;
    nodes.push(
      createNode("ReduceMean", [tensor], [name("mean")], { axes: [1], keepdims: 1 }),
      createNode("Sub", [tensor, name("mean")], [name("centred")]),
      createNode("Mul", [name("centred"), name("centred")], [name("squared")]),
      createNode("ReduceMean", [name("squared")], [name("variance")], { axes: [1], keepdims: 1 }),
      createNode("Sqrt", [name("variance")], [name("deviation")]),
      createNode("Concat", [name("mean"), name("deviation")], [name("pooled")], { axis: 2 }),
    );
    return name("pooled");
  });
  nodes.push(createNode("Concat", pooled, [pooledOutput], { axis: 1 }));
  nodes.push(createNode("Shape", [layerTensors.at(-1)!], [framesOutput]));
  return extendModel(model, {
    nodes,
    outputs: [
      createValueInfo(pooledOutput, "float32", [1, layerTensors.length, 2 * dimensions]),
      createValueInfo(framesOutput, "int64", [3]),
    ],
  });
}
