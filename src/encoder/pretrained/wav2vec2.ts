/**
 * wav2vec2 and HuBERT as a family: from config files to a plan, from a checkpoint to a graph with every layer
 * pooled.
 *
 * Baevski et al. 2020, "wav2vec 2.0"; Hsu et al. 2021, "HuBERT". Layer 0 is the input of the first block,
 * layer i the output of block i; if the norm comes first (`do_stable_layer_norm`), the last layer has passed
 * the final norm. Recordings are embedded one at a time: in a batch, the level of one clip would change the
 * quantisation scale of the others.
 */
import { GolemError } from "../../core/error.ts";
import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { normaliseSamples } from "../input-preparation.ts";
import { addBlockedConvolution } from "./blocked-convolution.ts";
import { type EncoderTensors, selectTensors } from "./encoder-tensors.ts";
import { createLinearWriter } from "./linear.ts";
import type { GraphOptions, PretrainedFamily } from "./pretrained-family.ts";
import {
  addAttention,
  addFeedForward,
  addLayerNorm,
  addLinear,
  addNormFirstBlocks,
  addPooledLayers,
  addVector,
  type BlockNames,
  type TransformerContext,
} from "./transformer.ts";
import {
  getReceptiveField,
  parseWav2Vec2Config,
  parseWav2Vec2Preprocessor,
  type Wav2Vec2Config,
} from "./wav2vec2-config.ts";
import { addFeatureExtractor } from "./wav2vec2-features.ts";
import { describeWav2Vec2Tensors, positionalConvolution, readPositionalWeights } from "./wav2vec2-tensors.ts";

const microsoft = { domain: "com.microsoft" } as const;

/** Name of the input: normalised samples at 16 kHz, [1, samples]. */
export const samplesInput = "input_values";

/** wav2vec2 (base, large, XLS-R, MMS without adapters) and HuBERT. */
export const wav2vec2Family: PretrainedFamily = {
  modelTypes: ["wav2vec2", "hubert"],
  plan(configJson, preprocessorJson) {
    const config = parseWav2Vec2Config(configJson);
    const preprocessor = parseWav2Vec2Preprocessor(preprocessorJson ?? {});
    const minimumSamples = getReceptiveField(config).samples;
    const normalise = preprocessor.do_normalize;
    return {
      layers: config.num_hidden_layers + 1,
      dimensions: config.hidden_size,
      sampleRate: preprocessor.sampling_rate,
      minimumSamples,
      input: samplesInput,
      recipe: `wav2vec2/1;normalise=${normalise ? "zero-mean-unit-variance" : "none"};pool=mean+std;reflect<${minimumSamples}`,
      isNormalised: normalise,
      prepare: normalise ? normaliseSamples : (samples) => samples,
      write: (graph, checkpoint, options) =>
        writeWav2Vec2Graph(
          graph,
          selectTensors(checkpoint, describeWav2Vec2Tensors(config)),
          config,
          options,
        ),
    };
  },
};

/** Shared by all parts of the graph. */
interface Context extends TransformerContext {
  readonly config: Wav2Vec2Config;
}

/**
 * Writes the graph: outputs `golem_pooled` and `golem_frames` (see `transformer.ts`), layers as tensors
 * `layer_0`, `layer_1` ... [1, frames, hidden]. Throws `invalid-layer` when there is no such layer.
 */
export async function writeWav2Vec2Graph(
  graph: GraphWriter,
  tensors: EncoderTensors,
  config: Wav2Vec2Config,
  options: GraphOptions,
): Promise<void> {
  const blocks = config.num_hidden_layers;
  const through = options.throughLayer ?? blocks;
  if (!Number.isInteger(through) || through < 0 || through > blocks) {
    throw new GolemError("invalid-layer", `There is no layer ${through}; this encoder has 0 to ${blocks}.`);
  }
  const linear = createLinearWriter(graph, options.precision);
  const context: Context = {
    ...{ graph, linear, tensors, config },
    ...{ hidden: config.hidden_size, heads: config.num_attention_heads },
    ...{ inner: config.intermediate_size, epsilon: config.layer_norm_eps },
  };
  graph.addInput(samplesInput, "float32", [1, "samples"]);
  const features = await addFeatureExtractor(context, samplesInput);
  const projected = await addProjection(context, features);
  const sum = graph.addNode("Add", [projected, await addPositions(context, projected)]);
  const layers = config.do_stable_layer_norm
    ? await addNormFirstBlocks(context, sum, through, {
        ...{ blocks, finalNorm: "encoder.layer_norm", block: nameBlock },
      })
    : await addNormLastBlocks(context, sum, through);
  addPooledLayers(graph, layers, config.hidden_size);
}

async function addProjection(context: Context, features: string): Promise<string> {
  const { config } = context;
  const x = config.feat_proj_layer_norm
    ? await addLayerNorm(context, features, "feature_projection.layer_norm")
    : features;
  return addLinear(context, x, "feature_projection.projection", config.hidden_size);
}

/** Adds the positional convolution with gelu; the caller adds the result to its input. */
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
  // The published network pads kernel / 2 at both ends and, for an even kernel, drops the last frame; this
  // equals padding one step less at the end.
  const convolved = graph.addNode("Conv", [turn(x), matrix, bias], {
    attributes: {
      kernel_shape: [kernel],
      group: groups,
      pads: [Math.floor(kernel / 2), Math.floor((kernel - 1) / 2)],
    },
  });
  return graph.addNode("Gelu", [turn(convolved)], microsoft);
}

function nameBlock(index: number): BlockNames {
  const at = `encoder.layers.${index}`;
  return {
    attention: `${at}.attention`,
    attentionNorm: `${at}.layer_norm`,
    up: `${at}.feed_forward.intermediate_dense`,
    down: `${at}.feed_forward.output_dense`,
    forwardNorm: `${at}.final_layer_norm`,
  };
}

/** Adds blocks whose norms follow each addition (wav2vec2-base, HuBERT-base). */
async function addNormLastBlocks(context: Context, sum: string, through: number): Promise<string[]> {
  const { graph } = context;
  const layers = [await addLayerNorm(context, sum, "encoder.layer_norm", "layer_0")];
  for (let i = 0; i < through; i++) {
    const names = nameBlock(i);
    const x = layers[i]!;
    const attended = graph.addNode("Add", [x, await addAttention(context, x, names.attention)]);
    const middle = await addLayerNorm(context, attended, names.attentionNorm);
    const output = graph.addNode("Add", [middle, await addFeedForward(context, middle, names)]);
    layers.push(await addLayerNorm(context, output, names.forwardNorm, `layer_${i + 1}`));
  }
  return layers;
}
