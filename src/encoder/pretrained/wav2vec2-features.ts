/**
 * The convolutional front end of wav2vec2 and HuBERT: samples [1, samples] to features [1, frames, channels].
 *
 * All tensors have channels last, and every convolution is a matrix product over frames cut out of its input.
 * Baevski et al. 2020, "wav2vec 2.0", section 2; the two kinds of norm are those of
 * `Wav2Vec2Config.feat_extract_norm`.
 */

import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { mapChunks } from "./chunked-graph.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import { cutFrames, type Geometry, orderWeights, trimToFrames } from "./frames-graph.ts";
import type { LinearWriter } from "./linear.ts";
import { addVector } from "./transformer.ts";
import { getReceptiveField, type Wav2Vec2Config } from "./wav2vec2-config.ts";

const microsoft = { domain: "com.microsoft" } as const;
/** The epsilon of the front end's norms, which config.json does not set (PyTorch's default). */
const epsilon = 1e-5;

/** Frames of output per chunk: one second of audio, whose widest activations fit the processor's cache. */
const chunkFrames = 50;

/** Shared by all parts of the front end. */
interface FrontContext {
  readonly graph: GraphWriter;
  readonly linear: LinearWriter;
  readonly tensors: EncoderTensors;
  readonly config: Wav2Vec2Config;
}

/**
 * Adds the front end; returns the name of the features.
 *
 * After the frames of the first layer, the computation is local in time and runs in chunks of
 * {@link chunkFrames}: memory does not grow with the recording, and activations stay in the processor's
 * cache.
 */
export async function addFeatureExtractor(context: FrontContext, samples: string): Promise<string> {
  const { graph, config } = context;
  const geometry = getGeometry(config, 0);
  const receptive = getReceptiveField(config);
  const steps = {
    receptive: 1 + (receptive.samples - geometry.kernel) / geometry.stride,
    hop: receptive.hop / geometry.stride,
  };
  // The statistics of a group norm are over every frame of the first layer, including those that the layers
  // above do not use.
  const all = trimToFrames(graph, samples, geometry.kernel, geometry.stride);
  const column = graph.addNode("Reshape", [all, graph.addConstant([1, -1, 1])]);
  const frames = cutFrames(graph, column, geometry);
  const first = await addFirstLayer(context, frames);
  return mapChunks(
    graph,
    frames,
    { ...steps, chunkFrames, channels: config.conv_dim.at(-1)! },
    async (chunk) => {
      let x = await first(chunk);
      for (let i = 1; i < config.conv_dim.length; i++) x = await addLayer(context, x, i);
      return x;
    },
  );
}

function getGeometry(config: Wav2Vec2Config, layer: number): Geometry {
  return {
    kernel: config.conv_kernel[layer]!,
    stride: config.conv_stride[layer]!,
    channels: config.conv_dim[layer - 1] ?? 1,
  };
}

const layerName = (layer: number) => `feature_extractor.conv_layers.${layer}`;

/** Prepares the first layer, in float32, from all frames; returns a function that applies it to some. */
async function addFirstLayer(
  context: FrontContext,
  frames: string,
): Promise<(chunk: string) => Promise<string>> {
  const { graph, tensors, config } = context;
  const at = layerName(0);
  const geometry = getGeometry(config, 0);
  const outputs = config.conv_dim[0]!;
  const weights = orderWeights(await tensors.read(`${at}.conv.weight`), outputs, geometry);
  const matrix = await graph.addTensor(`${at}.conv.weight`, [geometry.kernel, outputs], weights);
  if (config.feat_extract_norm === "layer") {
    return async (chunk) => addActivation(context, graph.addNode("MatMul", [chunk, matrix]), 0);
  }
  const gain = await addVector(context, `${at}.layer_norm.weight`);
  const offset = await addVector(context, `${at}.layer_norm.bias`);
  const { scaled, bias } = addGroupNorm(graph, frames, { matrix, gain, offset, outputs });
  return async (chunk) =>
    graph.addNode("BiasGelu", [graph.addNode("MatMul", [chunk, scaled]), bias], microsoft);
}

/** Adds a layer above the first. */
async function addLayer(context: FrontContext, x: string, layer: number): Promise<string> {
  const { linear, tensors, config, graph } = context;
  const name = `${layerName(layer)}.conv.weight`;
  const geometry = getGeometry(config, layer);
  const outputs = config.conv_dim[layer]!;
  const weights = orderWeights(await tensors.read(name), outputs, geometry);
  const frames = linear.move(linear.prepare(x), (tensor) => cutFrames(graph, tensor, geometry));
  return addActivation(context, await linear.multiply(frames, name, weights, outputs), layer);
}

/** Adds what follows a layer's product: bias, layer norm if there is one, gelu. */
async function addActivation(context: FrontContext, product: string, layer: number): Promise<string> {
  const { graph, config } = context;
  const at = layerName(layer);
  const bias = config.conv_bias ? await addVector(context, `${at}.conv.bias`) : undefined;
  if (config.feat_extract_norm === "group") {
    return bias === undefined
      ? graph.addNode("Gelu", [product], microsoft)
      : graph.addNode("BiasGelu", [product, bias], microsoft);
  }
  const biased = bias === undefined ? product : graph.addNode("Add", [product, bias]);
  const gain = await addVector(context, `${at}.layer_norm.weight`);
  const offset = await addVector(context, `${at}.layer_norm.bias`);
  const norm = graph.addNode("LayerNormalization", [biased, gain, offset], {
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });
  return graph.addNode("Gelu", [norm], microsoft);
}

/**
 * Adds a group norm with one channel per group, folded into the convolution before it. The convolution is
 * linear, so the mean and the variance of its outputs are W'm and diag(W'CW), where m is the mean and C the
 * covariance of the frames (kernel x kernel numbers). Computed in float64, since C may be far larger than
 * W'CW for one filter. A bias of the convolution would cancel out. Returns the weights [kernel, outputs] and
 * the bias [outputs] that give normalised outputs.
 */
function addGroupNorm(
  graph: GraphWriter,
  frames: string,
  { matrix, gain, offset, outputs }: { matrix: string; gain: string; offset: string; outputs: number },
): { scaled: string; bias: string } {
  const cast = (x: string, to: number) => graph.addNode("Cast", [x], { attributes: { to } });
  const [float, double] = [1, 11];
  const node = (operator: string, ...inputs: string[]) => graph.addNode(operator, inputs);
  const rows = node("Squeeze", cast(frames, double), graph.addConstant([0]));
  const mean = graph.addNode("ReduceMean", [rows], { attributes: { axes: [0], keepdims: 1 } });
  const centred = node("Sub", rows, mean);
  const turned = graph.addNode("Transpose", [centred], { attributes: { perm: [1, 0] } });
  const count = cast(graph.addNode("Shape", [rows], { attributes: { start: 0, end: 1 } }), double);
  const covariance = node("Div", node("MatMul", turned, centred), count);
  const weights = cast(matrix, double);
  const products = node("Mul", weights, node("MatMul", covariance, weights));
  const variance = graph.addNode("ReduceSum", [products, graph.addConstant([0])], {
    attributes: { keepdims: 0 },
  });
  const guarded = node("Add", node("Abs", variance), cast(graph.addConstant(epsilon), double));
  const scale = node("Div", cast(gain, double), node("Sqrt", guarded));
  const centre = node("Reshape", node("MatMul", mean, weights), graph.addConstant([outputs]));
  const bias = node("Sub", cast(offset, double), node("Mul", centre, scale));
  return { scaled: cast(node("Mul", weights, scale), float), bias: cast(bias, float) };
}
