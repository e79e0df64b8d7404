/**
 * The convolutional front end of wav2vec2 and HuBERT: samples [1, samples] to features [1, frames, channels].
 *
 * Everything is channels last, and every convolution a matrix product over frames cut out of its input. Baevski et al.
 * 2020, "wav2vec 2.0", section 2; the two kinds of norm are those of `Wav2Vec2Config.feat_extract_norm`.
 * Must not know: what comes after the features.
 */
import type { EncoderTensors } from "./encoder-tensors.ts";
import { cutFrames, type Geometry, orderWeights, trimToFrames } from "./frames-graph.ts";
import type { GraphWriter } from "./graph-writer.ts";
import type { LinearWriter } from "./linear.ts";
import { getReceptiveField, type Wav2Vec2Config } from "./wav2vec2-config.ts";

const microsoft = { domain: "com.microsoft" } as const;
/** The epsilon of the front end's norms, which config.json does not set (PyTorch's default). */
const epsilon = 1e-5;

/** Adds the front end; returns the name of the features. */
export async function addFeatureExtractor(
  graph: GraphWriter,
  linear: LinearWriter,
  tensors: EncoderTensors,
  config: Wav2Vec2Config,
  samples: string,
): Promise<string> {
  const { samples: receptive, hop } = getReceptiveField(config);
  let x = "";
  for (const [i, outputs] of config.conv_dim.entries()) {
    const at = `feature_extractor.conv_layers.${i}`;
    const geometry: Geometry = {
      kernel: config.conv_kernel[i]!,
      stride: config.conv_stride[i]!,
      channels: config.conv_dim[i - 1] ?? 1,
    };
    const weights = orderWeights(await tensors.read(`${at}.conv.weight`), outputs, geometry);
    const read = async (name: string) =>
      graph.addTensor(`${at}.${name}`, [outputs], await tensors.read(`${at}.${name}`));
    const layerNorm = config.feat_extract_norm === "layer";

    if (i === 0 && !layerNorm) {
      // The norm's statistics are over every frame of this layer, also those the layers above have no use for.
      const all = trimToFrames(graph, samples, geometry.kernel, geometry.stride);
      const frames = cutFrames(graph, addChannel(graph, all), geometry);
      const matrix = await graph.addTensor(`${at}.conv.weight`, [geometry.kernel, outputs], weights);
      const [gain, offset] = [await read("layer_norm.weight"), await read("layer_norm.bias")];
      const { scaled, bias } = addGroupNorm(graph, frames, { matrix, gain, offset, outputs });
      const used = trimToFrames(
        graph,
        frames,
        1 + (receptive - geometry.kernel) / geometry.stride,
        hop / geometry.stride,
      );
      x = graph.addNode("BiasGelu", [graph.addNode("MatMul", [used, scaled]), bias], microsoft);
      continue;
    }
    const bias = config.conv_bias ? await read("conv.bias") : undefined;
    let product: string;
    if (i === 0) {
      const trimmed = addChannel(graph, trimToFrames(graph, samples, receptive, hop));
      const matrix = await graph.addTensor(`${at}.conv.weight`, [geometry.kernel, outputs], weights);
      product = graph.addNode("MatMul", [cutFrames(graph, trimmed, geometry), matrix]);
    } else {
      const frames = linear.move(linear.prepare(x), (tensor) => cutFrames(graph, tensor, geometry));
      product = await linear.multiply(frames, `${at}.conv.weight`, weights, outputs);
    }
    if (layerNorm) {
      const biased = bias === undefined ? product : graph.addNode("Add", [product, bias]);
      const norm = graph.addNode(
        "LayerNormalization",
        [biased, await read("layer_norm.weight"), await read("layer_norm.bias")],
        { attributes: { axis: -1, epsilon: { float: epsilon } } },
      );
      x = graph.addNode("Gelu", [norm], microsoft);
    } else if (bias !== undefined) x = graph.addNode("BiasGelu", [product, bias], microsoft);
    else x = graph.addNode("Gelu", [product], microsoft);
  }
  return x;
}

function addChannel(graph: GraphWriter, samples: string): string {
  return graph.addNode("Reshape", [samples, graph.addConstant([1, -1, 1])]);
}

/**
 * Group norm with one channel a group, folded into the convolution before it: since that is linear, the mean and the
 * variance of its outputs follow from the mean m and the covariance C of the frames (kernel x kernel numbers), as
 * W'm and diag(W'CW). In float64, as C may be far larger than a filter's share of it. A bias of the convolution would
 * cancel out. Returns the weights [kernel, outputs] and the bias [outputs] that give normalised outputs.
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
