/**
 * Adds pooled layers to an ONNX graph, so that one forward pass yields every layer and frames are not copied
 * out of the runtime.
 *
 * It needs only the names of the layers' tensors, each [1, frames, dimensions]. Frames count the same, or by
 * the amplitude of the samples that they are computed from, as in `computeAmplitudeWeights`
 * (encoder/pooling.ts).
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

/** Name of the tensor [1, frames, 1] of {@link addAmplitudeWeights}. */
export const weightsTensor = "golem_weights";

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
  {
    makeAxes,
    weights,
  }: {
    readonly makeAxes?: ((axis: number) => string) | undefined;
    /**
     * Name of a tensor [1, frames, 1] of weights with mean 1, and the first layer whose frames have them. All
     * other frames count the same.
     */
    readonly weights?: { readonly tensor: string; readonly from: number } | undefined;
  } = {},
): void {
  const addMean = (frames: string, output: string, layer: number) => {
    const isWeighted = weights !== undefined && layer >= weights.from;
    const input = isWeighted ? `${output}_weighted` : frames;
    if (isWeighted) add("Mul", [frames, weights.tensor], [input], {});
    if (makeAxes) add("ReduceMean", [input, makeAxes(1)], [output], { keepdims: 1 });
    else add("ReduceMean", [input], [output], { axes: [1], keepdims: 1 });
  };
  const pooled = layerTensors.map((tensor, layer) => {
    const name = (part: string) => `golem_${part}_${layer}`;
    addMean(tensor, name("mean"), layer);
    add("Sub", [tensor, name("mean")], [name("centred")], {});
    add("Mul", [name("centred"), name("centred")], [name("squared")], {});
    addMean(name("squared"), name("variance"), layer);
    add("Sqrt", [name("variance")], [name("deviation")], {});
    add("Concat", [name("mean"), name("deviation")], [getPooledTensor(layer)], { axis: 2 });
    return getPooledTensor(layer);
  });
  add("Concat", pooled, [pooledOutput], { axis: 1 });
  add("Shape", [layerTensors.at(-1)!], [framesOutput], {});
}

/** The samples that each frame is computed from: `window` samples, `hop` samples after those of the last. */
export interface FrameSpan {
  readonly window: number;
  readonly hop: number;
}

/**
 * Frames that are more than this factor quieter than the loudest one (in power) all count the same, so that
 * silence has a mean too.
 */
export const leastPower = 1e-6;
/** Keeps the quotient of powers defined for zeros. */
export const tinyPower = 1e-20;

/**
 * Adds the nodes that compute {@link weightsTensor} from samples [1, samples]: the standard deviation of the
 * samples of each frame, divided by its mean over frames. Operator sets 12 to 17.
 */
export function addAmplitudeWeights(samples: string, { window, hop }: FrameSpan, add: AddNode): void {
  const name = (part: string) => `golem_amplitude_${part}`;
  const addConstant = (part: string, attributes: Readonly<Record<string, NodeAttribute>>) => {
    add("Constant", [], [name(part)], attributes);
    return name(part);
  };
  const addOver = (operator: string, inputs: readonly string[], part: string, attributes = {}) => {
    add(operator, inputs, [name(part)], attributes);
    return name(part);
  };
  // Two dimensions, since some runtimes pool images only.
  const pool = { kernel_shape: [1, window], strides: [1, hop] };
  const row = addConstant("row", { value_ints: [1, 1, 1, -1] });
  const signal = addOver("Reshape", [samples, row], "signal");
  const squares = addOver("Mul", [signal, signal], "squares");
  const meanSquare = addOver("AveragePool", [squares], "mean_square", pool);
  const offset = addOver("AveragePool", [signal], "offset", pool);
  const offsetSquare = addOver("Mul", [offset, offset], "offset_square");
  const power = addOver("Relu", [addOver("Sub", [meanSquare, offsetSquare], "difference")], "power");
  const loudest = addOver("ReduceMax", [power], "loudest", { axes: [3], keepdims: 1 });
  const tiny = addConstant("tiny", { value_float: { float: tinyPower } });
  const relative = addOver("Div", [power, addOver("Add", [loudest, tiny], "bounded")], "relative");
  const least = addConstant("least", { value_float: { float: leastPower } });
  const amplitude = addOver("Sqrt", [addOver("Add", [relative, least], "raised")], "root");
  const mean = addOver("ReduceMean", [amplitude], "mean", { axes: [3], keepdims: 1 });
  const column = addConstant("column", { value_ints: [1, -1, 1] });
  add("Reshape", [addOver("Div", [amplitude, mean], "share"), column], [weightsTensor], {});
}

/** Creates the ValueInfoProto of the two outputs, by name. */
export function describePooledOutputs(layers: number, dimensions: number): Record<string, ProtoBytes> {
  return {
    [pooledOutput]: createValueInfo(pooledOutput, "float32", [1, layers, 2 * dimensions]),
    [framesOutput]: createValueInfo(framesOutput, "int64", [3]),
  };
}
