/**
 * The tensors of a wav2vec2 or HuBERT encoder: names, shapes, and the weight norm of the positional
 * convolution.
 *
 * Names: Hugging Face transformers, `Wav2Vec2Model` and `HubertModel`, which share them.
 */
import type { EncoderTensors, ExpectedTensors, TensorSelection } from "./encoder-tensors.ts";
import type { Wav2Vec2Config } from "./wav2vec2-config.ts";

/** Name of the positional convolution. */
export const positionalConvolution = "encoder.pos_conv_embed.conv";

/** Describes how to find the tensors in a checkpoint. */
export function describeWav2Vec2Tensors(config: Wav2Vec2Config): TensorSelection {
  return {
    anchor: "feature_projection.projection.weight",
    roots: ["feature_extractor.", "feature_projection.", "encoder."],
    expect: (has) => listTensors(config, has),
  };
}

function listTensors(config: Wav2Vec2Config, has: (name: string) => boolean): ExpectedTensors {
  const expected = new Map<string, readonly number[]>();
  const { hidden_size: hidden, intermediate_size: inner, conv_dim: channels } = config;
  const norm = (name: string, size: number) =>
    expected.set(`${name}.weight`, [size]).set(`${name}.bias`, [size]);
  const linear = (name: string, outputs: number, inputs: number) =>
    expected.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
  channels.forEach((outputs, i) => {
    const at = `feature_extractor.conv_layers.${i}`;
    expected.set(`${at}.conv.weight`, [outputs, channels[i - 1] ?? 1, config.conv_kernel[i]!]);
    if (config.conv_bias) expected.set(`${at}.conv.bias`, [outputs]);
    if (config.feat_extract_norm === "layer" || i === 0) norm(`${at}.layer_norm`, outputs);
  });
  const features = channels.at(-1)!;
  if (config.feat_proj_layer_norm) norm("feature_projection.layer_norm", features);
  linear("feature_projection.projection", hidden, features);
  const kernel = config.num_conv_pos_embeddings;
  const shape = [hidden, hidden / config.num_conv_pos_embedding_groups, kernel];
  if (has(`${positionalConvolution}.weight`)) {
    expected.set(`${positionalConvolution}.weight`, shape);
  } else {
    expected.set(`${positionalConvolution}.weight_g`, [1, 1, kernel]);
    expected.set(`${positionalConvolution}.weight_v`, shape);
  }
  expected.set(`${positionalConvolution}.bias`, [hidden]);
  norm("encoder.layer_norm", hidden);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const at = `encoder.layers.${i}`;
    for (const part of ["q", "k", "v", "out"]) linear(`${at}.attention.${part}_proj`, hidden, hidden);
    norm(`${at}.layer_norm`, hidden);
    linear(`${at}.feed_forward.intermediate_dense`, inner, hidden);
    linear(`${at}.feed_forward.output_dense`, hidden, inner);
    norm(`${at}.final_layer_norm`, hidden);
  }
  return expected;
}

/**
 * Reads the positional convolution's weights [hidden, hidden / groups, kernel] with the weight norm folded
 * in: weight[:, :, k] = g[k] * v[:, :, k] / ||v[:, :, k]|| (Salimans and Kingma 2016, over the last
 * dimension).
 */
export async function readPositionalWeights(tensors: EncoderTensors, kernel: number): Promise<Float32Array> {
  if (tensors.has(`${positionalConvolution}.weight`)) return tensors.read(`${positionalConvolution}.weight`);
  const gain = await tensors.read(`${positionalConvolution}.weight_g`);
  const direction = await tensors.read(`${positionalConvolution}.weight_v`);
  const squares = new Float64Array(kernel);
  for (let i = 0; i < direction.length; i++) squares[i % kernel]! += direction[i]! * direction[i]!;
  return direction.map((value, i) => (value * gain[i % kernel]!) / Math.sqrt(squares[i % kernel]!));
}
