/**
 * Builds the graph of a wav2vec2 or HuBERT encoder from its tensors: samples in, every layer pooled out.
 *
 * Baevski et al. 2020, "wav2vec 2.0"; Hsu et al. 2021, "HuBERT". Layer 0 is what enters the first block, layer i what
 * leaves block i; where the norm comes first (`do_stable_layer_norm`) the last layer has been through the final norm.
 * Uses ONNX Runtime's fused operators (docs/ContribOperators.md). One recording at a time: in a batch, one clip's level
 * would change the scale its neighbours are quantised with.
 * Must not know: where tensors come from, where the graph goes.
 */
import { GolemError } from "../core/error.ts";
import { addBlockedConvolution } from "./blocked-convolution.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { createLinearWriter, type LinearWriter, type Precision } from "./linear.ts";
import { addPooledLayers } from "./pooled-outputs.ts";
import type { Wav2Vec2Config } from "./wav2vec2-config.ts";
import { addFeatureExtractor } from "./wav2vec2-features.ts";
import { positionalConvolution, readPositionalWeights } from "./wav2vec2-tensors.ts";

const microsoft = { domain: "com.microsoft" } as const;

/** Name of the input: normalised samples at 16 kHz, [1, samples]. */
export const samplesInput = "input_values";

/** What to build. */
export interface Wav2Vec2GraphOptions {
  readonly precision: Precision;
  /** Last layer handed out, 0 ... blocks; blocks above it are neither computed nor stored. All when not given. */
  readonly throughLayer?: number | undefined;
}

/** Everything the parts of the graph share. */
interface Context {
  readonly graph: GraphWriter;
  readonly linear: LinearWriter;
  readonly tensors: EncoderTensors;
  readonly config: Wav2Vec2Config;
}

/**
 * Writes the graph: outputs `golem_pooled` and `golem_frames` (see `pooled-outputs.ts`), layers as tensors `layer_0`,
 * `layer_1` ... [1, frames, hidden]. Throws `invalid-layer` when there is no such layer.
 */
export async function writeWav2Vec2Graph(
  graph: GraphWriter,
  tensors: EncoderTensors,
  config: Wav2Vec2Config,
  options: Wav2Vec2GraphOptions,
): Promise<void> {
  const blocks = config.num_hidden_layers;
  const through = options.throughLayer ?? blocks;
  if (!Number.isInteger(through) || through < 0 || through > blocks) {
    throw new GolemError("invalid-layer", `There is no layer ${through}; this encoder has 0 to ${blocks}.`);
  }
  const linear = createLinearWriter(graph, options.precision);
  const context: Context = { graph, linear, tensors, config };
  graph.addInput(samplesInput, "float32", [1, "samples"]);
  const features = await addFeatureExtractor(context, samplesInput);
  const projected = await addProjection(context, features);
  const sum = graph.addNode("Add", [projected, await addPositions(context, projected)]);
  const layers = config.do_stable_layer_norm
    ? await addNormFirstBlocks(context, sum, through)
    : await addNormLastBlocks(context, sum, through);
  addPooledLayers(graph, layers, config.hidden_size);
}

async function addVector({ graph, tensors }: Context, name: string): Promise<string> {
  const values = await tensors.read(name);
  return graph.addTensor(name, [values.length], values);
}

async function addLayerNorm(context: Context, x: string, name: string, output?: string): Promise<string> {
  const gain = await addVector(context, `${name}.weight`);
  const offset = await addVector(context, `${name}.bias`);
  return context.graph.addNode("LayerNormalization", [x, gain, offset], {
    attributes: { axis: -1, epsilon: { float: context.config.layer_norm_eps } },
    ...(output === undefined ? {} : { outputs: [output] }),
  });
}

async function addProjection(context: Context, features: string): Promise<string> {
  const { config } = context;
  const x = config.feat_proj_layer_norm
    ? await addLayerNorm(context, features, "feature_projection.layer_norm")
    : features;
  return addLinear(context, x, "feature_projection.projection", config.hidden_size);
}

/** The convolution that tells positions apart, gelu applied: to be added to its input. */
async function addPositions(context: Context, x: string): Promise<string> {
  const { graph, linear, tensors, config } = context;
  const {
    hidden_size: hidden,
    num_conv_pos_embeddings: kernel,
    num_conv_pos_embedding_groups: groups,
  } = config;
  const name = `${positionalConvolution}.weight`;
  const weights = await readPositionalWeights(tensors, kernel);
  const bias = await addVector(context, `${positionalConvolution}.bias`);
  const activations = linear.prepare(x);
  if (activations.scale !== undefined) {
    const convolution = { name, weights, channels: hidden, groups, kernel };
    const convolved = await addBlockedConvolution(graph, linear, activations, convolution);
    return graph.addNode("BiasGelu", [convolved, bias], microsoft);
  }
  const matrix = await graph.addTensor(name, [hidden, hidden / groups, kernel], weights);
  const turn = (tensor: string) => graph.addNode("Transpose", [tensor], { attributes: { perm: [0, 2, 1] } });
  // An even kernel pads kernel / 2 at both ends and drops the last frame: the same as padding one less there.
  const convolved = graph.addNode("Conv", [turn(x), matrix, bias], {
    attributes: {
      kernel_shape: [kernel],
      group: groups,
      pads: [Math.floor(kernel / 2), Math.floor((kernel - 1) / 2)],
    },
  });
  return graph.addNode("Gelu", [turn(convolved)], microsoft);
}

/** Self-attention with its output projection. */
async function addAttention(context: Context, x: string, at: string): Promise<string> {
  const { graph, linear, tensors, config } = context;
  const hidden = config.hidden_size;
  const activations = linear.prepare(x);
  const bias = new Float32Array(3 * hidden);
  const projections: string[] = [];
  for (const [i, part] of ["q", "k", "v"].entries()) {
    const name = `${at}.attention.${part}_proj`;
    const weights = await tensors.read(`${name}.weight`);
    projections.push(await linear.multiplyTransposed(activations, `${name}.weight`, weights, hidden));
    bias.set(await tensors.read(`${name}.bias`), i * hidden);
  }
  const biases = await graph.addTensor(`${at}.attention.bias`, [3 * hidden], bias);
  const mixed = graph.addNode("MultiHeadAttention", [...projections, biases], {
    ...microsoft,
    attributes: { num_heads: config.num_attention_heads },
  });
  return addLinear(context, mixed, `${at}.attention.out_proj`, hidden);
}

/** A linear layer with its bias. */
async function addLinear(context: Context, x: string, name: string, outputs: number): Promise<string> {
  const { linear, tensors } = context;
  const weights = await tensors.read(`${name}.weight`);
  const bias = await addVector(context, `${name}.bias`);
  return linear.multiplyTransposed(linear.prepare(x), `${name}.weight`, weights, outputs, bias);
}

/** The two-layer network of a block. */
async function addFeedForward(context: Context, x: string, at: string): Promise<string> {
  const { graph, linear, tensors, config } = context;
  const [up, down] = [`${at}.feed_forward.intermediate_dense`, `${at}.feed_forward.output_dense`];
  const weights = await tensors.read(`${up}.weight`);
  const wide = await linear.multiplyTransposed(
    linear.prepare(x),
    `${up}.weight`,
    weights,
    config.intermediate_size,
  );
  const gelu = graph.addNode("BiasGelu", [wide, await addVector(context, `${up}.bias`)], microsoft);
  return addLinear(context, gelu, down, config.hidden_size);
}

// Additions and norms are nodes of their own: the fused SkipLayerNormalization takes three times as long on CPUs.

/** Blocks whose norms come after each addition (wav2vec2-base, HuBERT-base). */
async function addNormLastBlocks(context: Context, sum: string, through: number): Promise<string[]> {
  const { graph } = context;
  const layers = [await addLayerNorm(context, sum, "encoder.layer_norm", "layer_0")];
  for (let i = 0; i < through; i++) {
    const at = `encoder.layers.${i}`;
    const attended = graph.addNode("Add", [layers[i]!, await addAttention(context, layers[i]!, at)]);
    const middle = await addLayerNorm(context, attended, `${at}.layer_norm`);
    const output = graph.addNode("Add", [middle, await addFeedForward(context, middle, at)]);
    layers.push(await addLayerNorm(context, output, `${at}.final_layer_norm`, `layer_${i + 1}`));
  }
  return layers;
}

/** Blocks whose norms come first (`do_stable_layer_norm`: the large models, XLS-R). */
async function addNormFirstBlocks(context: Context, sum: string, through: number): Promise<string[]> {
  const { graph, config } = context;
  const layers = [graph.addNode("Identity", [sum], { outputs: ["layer_0"] })];
  let x = sum;
  for (let i = 0; i < through; i++) {
    const at = `encoder.layers.${i}`;
    const normed = await addLayerNorm(context, x, `${at}.layer_norm`);
    const middle = graph.addNode("Add", [x, await addAttention(context, normed, at)]);
    const middleNorm = await addLayerNorm(context, middle, `${at}.final_layer_norm`);
    const forward = await addFeedForward(context, middleNorm, at);
    const output = `layer_${i + 1}`;
    if (i + 1 === config.num_hidden_layers) {
      x = await addLayerNorm(context, graph.addNode("Add", [middle, forward]), "encoder.layer_norm", output);
    } else x = graph.addNode("Add", [middle, forward], { outputs: [output] });
    layers.push(output);
  }
  return layers;
}
