/**
 * Whisper's encoder as a family: from config files to a plan, from a checkpoint to a graph with every layer
 * pooled.
 *
 * Not its concern: files, runtimes.
 *
 * Radford et al. 2022. Layer 0 is the input of the first block (convolutions and positions), layer i the
 * output of block i; the last has passed the final norm. The samples keep their true length, and position
 * embeddings are cut to it. With `padded` they are followed by zeros up to 30 s, as in training; the frames
 * of the zeros are computed but not pooled.
 */
import { GolemError } from "../../core/error.ts";
import type { GraphWriter } from "../../onnx/graph-writer.ts";
import {
  type EncoderTensors,
  type ExpectedTensors,
  selectTensors,
  type TensorSelection,
} from "./encoder-tensors.ts";
import { cutFrames, orderWeights, trimToFrames } from "./frames-graph.ts";
import { createLinearWriter, type Precision } from "./linear.ts";
import type { GraphOptions, PretrainedFamily } from "./pretrained-family.ts";
import {
  addNormFirstBlocks,
  addPooledLayers,
  addVector,
  type BlockNames,
  type TransformerContext,
} from "./transformer.ts";
import { parseWhisperConfig, type WhisperConfig } from "./whisper-config.ts";
import { addLogMel, whisperFrames, whisperHop } from "./whisper-front-end.ts";

const microsoft = { domain: "com.microsoft" } as const;
/** Epsilon of every norm, which Whisper's config.json does not state (PyTorch's default). */
export const whisperEpsilon = 1e-5;

/** Name of the input: samples at 16 kHz, [1, samples], at least 201 and at most 30 s. */
export const whisperInput = "samples";

/** One window of the front end. */
export const whisperMinimumSamples = 400;
/** 30 seconds, the length of the position embeddings. */
const maximumSamples = whisperFrames * whisperHop;

/** Whisper (tiny to large-v3) and models distilled from it; only the encoder is built. */
export const whisperFamily: PretrainedFamily = {
  modelTypes: ["whisper"],
  canPad: true,
  plan(configJson, preprocessorJson, { padded = false } = {}) {
    const config = parseWhisperConfig(configJson, preprocessorJson);
    return {
      layers: config.encoder_layers + 1,
      dimensions: config.d_model,
      sampleRate: 16_000,
      minimumSamples: whisperMinimumSamples,
      input: whisperInput,
      recipe: `whisper/1;input=${padded ? "zeros to 30 s" : "true length"};pool=mean+std;reflect<${whisperMinimumSamples}`,
      isNormalised: false,
      prepare: checkWhisperLength,
      write: (graph, checkpoint, options) =>
        writeWhisperGraph(graph, selectTensors(checkpoint, describeWhisperTensors(config)), config, {
          ...options,
          padded,
        }),
    };
  },
};

/** Returns samples of at most 30 s; throws `too-long` for more. */
export function checkWhisperLength(samples: Float32Array): Float32Array {
  if (samples.length <= maximumSamples) return samples;
  throw new GolemError("too-long", `Whisper takes at most 30 s at once; got ${samples.length} samples.`, {
    hint: "Cut the signal into windows.",
  });
}

/** Describes how to find the encoder's tensors in a checkpoint. */
export function describeWhisperTensors(config: WhisperConfig): TensorSelection {
  return {
    anchor: "conv1.weight",
    roots: ["conv1.", "conv2.", "embed_positions.", "layers.", "layer_norm."],
    expect: () => listTensors(config),
  };
}

function listTensors(config: WhisperConfig): ExpectedTensors {
  const { d_model: hidden, encoder_ffn_dim: inner } = config;
  const expected = new Map<string, readonly number[]>();
  const add = (name: string, ...shape: number[]) =>
    expected.set(`${name}.weight`, shape).set(`${name}.bias`, [shape[0]!]);
  add("conv1", hidden, config.num_mel_bins, 3);
  add("conv2", hidden, hidden, 3);
  expected.set("embed_positions.weight", [config.max_source_positions, hidden]);
  for (let i = 0; i < config.encoder_layers; i++) {
    const at = `layers.${i}`;
    for (const part of ["q", "v", "out"]) add(`${at}.self_attn.${part}_proj`, hidden, hidden);
    expected.set(`${at}.self_attn.k_proj.weight`, [hidden, hidden]);
    add(`${at}.self_attn_layer_norm`, hidden);
    add(`${at}.fc1`, inner, hidden);
    add(`${at}.fc2`, hidden, inner);
    add(`${at}.final_layer_norm`, hidden);
  }
  add("layer_norm", hidden);
  return expected;
}

/** Options of the encoder's part of a graph. */
interface WhisperEncoderOptions {
  readonly precision: Precision;
  readonly padded: boolean;
  /** The last layer. */
  readonly through: number;
}

/** Shared by all parts of the graph. */
interface Context extends TransformerContext {
  readonly config: WhisperConfig;
}

/**
 * Writes the graph: outputs `golem_pooled` and `golem_frames` (see `transformer.ts`), layers as tensors
 * `layer_0`, `layer_1` ... [1, frames, hidden]. Throws `invalid-layer` when there is no such layer.
 */
async function writeWhisperGraph(
  graph: GraphWriter,
  tensors: EncoderTensors,
  config: WhisperConfig,
  options: GraphOptions & { readonly padded: boolean },
): Promise<void> {
  const blocks = config.encoder_layers;
  const through = options.throughLayer ?? blocks;
  if (!Number.isInteger(through) || through < 0 || through > blocks) {
    throw new GolemError("invalid-layer", `There is no layer ${through}; this encoder has 0 to ${blocks}.`);
  }
  const { padded, precision } = options;
  const layers = await addWhisperEncoder(graph, tensors, config, { precision, padded, through });
  const pooled = padded ? layers.map((layer) => cutPadding(graph, layer)) : layers;
  addPooledLayers(graph, pooled, config.d_model);
}

/**
 * Adds the input, the front end and the blocks. Returns the names of the layers to the one numbered
 * `through`, each [1, frames, hidden]; padded: 1500 frames.
 */
export async function addWhisperEncoder(
  graph: GraphWriter,
  tensors: EncoderTensors,
  config: WhisperConfig,
  { precision, padded, through }: WhisperEncoderOptions,
): Promise<string[]> {
  const context: Context = {
    ...{ graph, tensors, config, linear: createLinearWriter(graph, precision), epsilon: whisperEpsilon },
    ...{ hidden: config.d_model, heads: config.encoder_attention_heads, inner: config.encoder_ffn_dim },
  };
  graph.addInput(whisperInput, "float32", [1, "samples"]);
  const mel = await addLogMel(graph, whisperInput, { bands: config.num_mel_bins, padded });
  const features = await addConvolutions(context, mel);
  const first = await addPositions(context, features);
  return addNormFirstBlocks(context, first, through, {
    ...{ blocks: config.encoder_layers, finalNorm: "layer_norm", block: nameBlock },
  });
}

/**
 * Adds two convolutions over three frames, the second at every other frame: [1, frames, bands] to [1, frames
 * / 2, hidden].
 */
async function addConvolutions(context: Context, mel: string): Promise<string> {
  const { graph, linear, tensors, config } = context;
  const hidden = config.d_model;
  let x = mel;
  for (const [i, stride] of [1, 2].entries()) {
    const name = `conv${i + 1}`;
    const geometry = { kernel: 3, stride, channels: i === 0 ? config.num_mel_bins : hidden };
    const wide = graph.addNode("Pad", [x, graph.addConstant([0, 1, 0, 0, 1, 0])]);
    const weights = orderWeights(await tensors.read(`${name}.weight`), hidden, geometry);
    const whole = stride === 1 ? wide : trimToFrames(graph, wide, 3, stride);
    // Log-mel values are few and small steps matter: the first product stays in float32.
    const product =
      i === 0
        ? graph.addNode("MatMul", [
            cutFrames(graph, whole, geometry),
            await graph.addTensor(`${name}.weight`, [3 * geometry.channels, hidden], weights),
          ])
        : await linear.multiply(
            linear.move(linear.prepare(whole), (tensor) => cutFrames(graph, tensor, geometry)),
            `${name}.weight`,
            weights,
            hidden,
          );
    x = graph.addNode("BiasGelu", [product, await addVector(context, `${name}.bias`)], microsoft);
  }
  return x;
}

/** Adds the position embeddings of the existing frames. */
async function addPositions({ graph, tensors, config }: Context, x: string): Promise<string> {
  const name = "embed_positions.weight";
  const shape = [config.max_source_positions, config.d_model];
  const positions = await graph.addTensor(name, shape, await tensors.read(name));
  const frames = graph.addNode("Shape", [x], { attributes: { start: 1, end: 2 } });
  const used = graph.addNode("Slice", [positions, graph.addConstant([0]), frames, graph.addConstant([0])]);
  return graph.addNode("Add", [x, used]);
}

function nameBlock(index: number): BlockNames {
  const at = `layers.${index}`;
  return {
    attention: `${at}.self_attn`,
    attentionNorm: `${at}.self_attn_layer_norm`,
    up: `${at}.fc1`,
    down: `${at}.fc2`,
    forwardNorm: `${at}.final_layer_norm`,
  };
}

/** Cuts a layer to the frames of samples rather than padding: half of samples / 160, rounded up. */
function cutPadding(graph: GraphWriter, layer: string): string {
  const length = graph.addNode("Shape", [whisperInput], { attributes: { start: 1, end: 2 } });
  const melFrames = graph.addNode("Div", [length, graph.addConstant([whisperHop])]);
  const odd = graph.addNode("Add", [melFrames, graph.addConstant([1])]);
  const frames = graph.addNode("Div", [odd, graph.addConstant([2])]);
  return graph.addNode("Slice", [layer, graph.addConstant([0]), frames, graph.addConstant([1])]);
}
