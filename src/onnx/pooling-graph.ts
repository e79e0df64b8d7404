/**
 * Adds pooled layers to an ONNX graph, so that one forward pass yields every layer and frames are not copied
 * out of the runtime.
 *
 * It needs only the names of the layers' tensors, each [1, frames, dimensions].
 *
 * Output `golem_pooled` [1, layers, 2 x dimensions]: for each layer the mean and the population standard
 * deviation over time. Output `golem_frames` [3]: the shape of the last layer, [1, frames, dimensions].
 */
import { createValueInfo, type NodeAttribute, type ProtoBytes } from "./proto.ts";

/** Name of the output with the pooled layers. */
export const pooledOutput = "golem_pooled";
/** Name of the output with the shape of the last layer. */
export const framesOutput = "golem_frames";

/** Name of the tensor [1, 1, 2 x dimensions] of a pooled layer, in {@link addPoolingNodes}'s graphs. */
export const getPooledTensor = (layer: number): string => `golem_pooled_${layer}`;

/** Adds one node to a graph. */
type AddNode = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, NodeAttribute>>,
) => void;

/**
 * Adds the nodes that compute the two outputs (see the header) from `layerTensors`, names of tensors [1,
 * frames, dimensions], layer 0 first. Up to operator set 17 the axes of ReduceMean are an attribute. From 18
 * on they are an input: `makeAxes` returns the name of a constant int64 tensor [1] that holds the axis.
 */
export function addPoolingNodes(
  layerTensors: readonly string[],
  add: AddNode,
  { makeAxes }: { readonly makeAxes?: ((axis: number) => string) | undefined } = {},
): void {
  const addMean = (input: string, output: string) => {
    if (makeAxes) add("ReduceMean", [input, makeAxes(1)], [output], { keepdims: 1 });
    else add("ReduceMean", [input], [output], { axes: [1], keepdims: 1 });
  };
  const pooled = layerTensors.map((tensor, layer) => {
    const name = (part: string) => `golem_${part}_${layer}`;
    addMean(tensor, name("mean"));
    add("Sub", [tensor, name("mean")], [name("centred")], {});
    add("Mul", [name("centred"), name("centred")], [name("squared")], {});
    addMean(name("squared"), name("variance"));
    add("Sqrt", [name("variance")], [name("deviation")], {});
    add("Concat", [name("mean"), name("deviation")], [getPooledTensor(layer)], { axis: 2 });
    return getPooledTensor(layer);
  });
  add("Concat", pooled, [pooledOutput], { axis: 1 });
  add("Shape", [layerTensors.at(-1)!], [framesOutput], {});
}

/** Creates the ValueInfoProto of the two outputs, by name. */
export function describePooledOutputs(layers: number, dimensions: number): Record<string, ProtoBytes> {
  return {
    [pooledOutput]: createValueInfo(pooledOutput, "float32", [1, layers, 2 * dimensions]),
    [framesOutput]: createValueInfo(framesOutput, "int64", [3]),
  };
}
