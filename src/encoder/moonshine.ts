/**
 * The encoders moonshine-tiny and moonshine-base: those of an English speech recogniser (Jeffries et al.
 * 2024, "Moonshine"), int8, MIT.
 *
 * Input: raw 16 kHz samples; output: a vector per frame of 24 ms from every block, and the input of the first
 * one. Its weights are int8, its arithmetic is float (see `float-products.ts`). Its front end normalises over
 * the whole clip, so gain has no effect, but padding would have one: clips are never padded, and those
 * shorter than its receptive field are extended by reflection.
 */
import { GolemError } from "../core/error.ts";
import { addFloatProducts } from "../onnx/float-products.ts";
import { type AddedNodes, createAddedNodes, extractModel, readMainGraph } from "../onnx/graph-extract.ts";
import {
  addAmplitudeWeights,
  addPoolingNodes,
  describePooledOutputs,
  framesOutput,
  getPooledTensor,
  pooledOutput,
  weightsTensor,
} from "../onnx/pooling-graph.ts";
import { createValueInfo } from "../onnx/proto.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import type { Encoder, EncoderInfo, Pooled } from "./encoder.ts";
import { type AddEncoder, addReflection } from "./encoder-graph.ts";
import { reflectToLength } from "./input-preparation.ts";
import { addEncoderAttention } from "./moonshine-attention.ts";
import { getMoonshineWidth, type MoonshineSize } from "./moonshine-sizes.ts";
import { describePooling, type FramePooling } from "./pooling.ts";
import type { ReadWeights } from "./weights.ts";

/** Samples that the three strided convolutions (127/64, 7/3, 3/2) compute a frame from. */
const frameSpan = { window: 895, hop: 384 } as const;
const minimumSamples = frameSpan.window;

const inputName = "input_values";
const lastLayer = "last_hidden_state";

/**
 * Tensors [1, frames, width]: the input of the first block, the outputs of all blocks but the last, the
 * output after the last norm.
 */
function getLayerTensors({ blocks }: MoonshineSize): string[] {
  return [
    "/Transpose_output_0",
    ...Array.from({ length: blocks - 1 }, (_, block) => `/layers.${block}/Add_1_output_0`),
    lastLayer,
  ];
}

/**
 * Gets the first layer whose frames count by amplitude: the output of the middle block. Layers before it
 * represent sound rather than words, and the quiet parts of a sound characterise it too.
 */
const getFirstWeighted = ({ blocks }: MoonshineSize): number => blocks / 2;

/** Returns the identity of the encoder of a size. */
export function getMoonshineInfo(size: MoonshineSize, pooling: FramePooling = "amplitude"): EncoderInfo {
  return {
    id: size.id,
    revision: size.revision,
    sha256: { [size.encoder.name]: size.encoder.sha256 },
    sampleRate: 16_000,
    layers: size.blocks + 1,
    dimensions: getMoonshineWidth(size),
    precision: "int8",
    recipe: `${describePooling(pooling, getFirstWeighted(size))};reflect<${minimumSamples};products=fp32`,
  };
}

/** Loads the encoder of a size. */
export async function createMoonshine(
  size: MoonshineSize,
  runtime: OnnxRuntime,
  read: ReadWeights,
  pooling: FramePooling = "amplitude",
): Promise<Encoder> {
  const info = getMoonshineInfo(size, pooling);
  const session = await runtime.createSession({
    name: "encoder",
    sha256: pooling === "even" ? size.graphs.evenEncoder : size.graphs.encoder,
    build: async () =>
      buildModel(size, await read(size.encoder.name), { pooling, isPortable: runtime.isPortableOnly }),
  });
  return {
    info,
    async encode(samples, { keepFrames } = {}): Promise<Pooled> {
      const input = reflectToLength(samples, minimumSamples);
      const outputs = await session.run({ [inputName]: { dims: [1, input.length], data: input } }, [
        pooledOutput,
        framesOutput,
        ...(keepFrames ? [lastLayer] : []),
      ]);
      const vector = outputs[pooledOutput]?.data;
      const frames = Number(outputs[framesOutput]?.data[1] ?? 0);
      const expected = info.layers * 2 * info.dimensions;
      if (!(vector instanceof Float32Array) || vector.length !== expected || frames < 1) {
        throw new GolemError(
          "encoder-failed",
          `${info.id} gave ${vector?.length ?? "no"} numbers from ${frames} frames for ${samples.length} samples; expected ${expected} from at least 1.`,
        );
      }
      const last = outputs[lastLayer]?.data;
      return last instanceof Float32Array ? { frames, vector, lastLayer: last } : { frames, vector };
    },
    dispose: () => session.release(),
  };
}

/** Creates the encoder of a size as part of a graph, from the bytes of its weight file. */
export function createMoonshineGraph(
  size: MoonshineSize,
  model: Uint8Array,
  pooling: FramePooling = "amplitude",
): AddEncoder {
  return (graph, samples, prefix) => {
    const input = addReflection(graph, samples, minimumSamples);
    const getName = graph.merge(buildModel(size, model, { pooling, isPortable: true }), {
      prefix,
      inputs: { [inputName]: input },
    });
    return (layer) => getName(getPooledTensor(layer));
  };
}

/**
 * Builds the published network with pooled layers, computed in floats, with a precise normalisation.
 * `isPortable`: with ONNX's own operators only.
 */
function buildModel(
  size: MoonshineSize,
  model: Uint8Array,
  {
    pooling,
    isPortable = false,
  }: { readonly pooling: FramePooling; readonly isPortable?: boolean | undefined },
): Uint8Array {
  const layerTensors = getLayerTensors(size);
  const dimensions = getMoonshineWidth(size);
  const graph = readMainGraph(model);
  const added = createAddedNodes();
  addFloatProducts(graph, added);
  addFrontNorm(added);
  if (!isPortable) addEncoderAttention(added, size);
  const isEven = pooling === "even";
  if (!isEven) addAmplitudeWeights(inputName, frameSpan, added.add);
  addPoolingNodes(layerTensors, added.add, {
    weights: isEven ? undefined : { tensor: weightsTensor, from: getFirstWeighted(size) },
  });
  return extractModel(graph, {
    inputs: { [inputName]: createValueInfo(inputName, "float32", [1, "samples"]) },
    outputs: {
      ...describePooledOutputs(layerTensors.length, dimensions),
      [lastLayer]: createValueInfo(lastLayer, "float32", [1, "frames", dimensions]),
    },
    added: added.nodes,
  });
}

/**
 * Adds the instance normalisation over all [width, frames], summing row by row first. ONNX Runtime's own
 * operator sums a quarter of a million values in one float, with an error of one in ten thousand in its
 * WebAssembly build.
 */
function addFrontNorm({ add }: Pick<AddedNodes, "add">): void {
  const [input, output] = ["/Tanh_output_0", "/groupnorm/Reshape_1_output_0"];
  const addMean = (tensor: string, mean: string): void => {
    add("ReduceMean", [tensor], [`${mean}_row`], { axes: [2], keepdims: 1 });
    add("ReduceMean", [`${mean}_row`], [mean], { axes: [1], keepdims: 1 });
  };
  addMean(input, "golem_front_mean");
  add("Sub", [input, "golem_front_mean"], ["golem_front_centred"]);
  add("Mul", ["golem_front_centred", "golem_front_centred"], ["golem_front_squared"]);
  addMean("golem_front_squared", "golem_front_variance");
  add("Constant", [], ["golem_front_epsilon"], { value_float: { float: 1e-5 } });
  add("Add", ["golem_front_variance", "golem_front_epsilon"], ["golem_front_bounded"]);
  add("Sqrt", ["golem_front_bounded"], ["golem_front_deviation"]);
  add("Div", ["golem_front_centred", "golem_front_deviation"], [output]);
}
