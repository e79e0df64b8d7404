/**
 * Whisper's decoder as two graphs: from samples to what its blocks attend to, and one step from a token to
 * the scores of the next.
 *
 * Not its concern: the choice and the meaning of tokens.
 *
 * Radford et al. 2022. The first graph is the encoder over 30 s of zero-padded sound, as in training, with
 * the keys and values of every block's attention to its output: computed once, not in every step. In the
 * second graph the embeddings of tokens are both the first and the last matrix (Press and Wolf 2017), stored
 * once: [hidden, vocabulary], in int8 with one scale per token.
 */
import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { elementType } from "../../onnx/proto.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { type EncoderTensors, type ExpectedTensors, selectTensors } from "./encoder-tensors.ts";
import { createLinearWriter, type Precision } from "./linear.ts";
import { quantiseColumns, transpose } from "./quantise.ts";
import { addFeedForward, addLayerNorm, addLinear, type TransformerContext } from "./transformer.ts";
import { addWhisperEncoder, describeWhisperTensors, whisperEpsilon } from "./whisper.ts";
import type { WhisperConfig, WhisperDecoderConfig } from "./whisper-config.ts";

/** Names of the step's inputs and outputs that do not belong to a block. */
export const stepNames = {
  ...{ token: "token", position: "position" },
  ...{ logits: "logits", logprobs: "logprobs", context: "context", hidden: "hidden" },
} as const;

/** Names of one block's keys and values. */
export interface KeptNames {
  /** Of the frames: outputs of the first graph, inputs of the step. Keys are transposed and scaled. */
  readonly crossKey: string;
  readonly crossValue: string;
  /** Of the preceding tokens: inputs of the step. With the present token: outputs. */
  readonly past: { readonly key: string; readonly value: string };
  readonly present: { readonly key: string; readonly value: string };
}

/** Lists the names for all blocks of a decoder. */
export function listKeptNames({ decoder_layers: blocks }: WhisperDecoderConfig): KeptNames[] {
  return Array.from({ length: blocks }, (_, block) => ({
    crossKey: `cross_key_${block}`,
    crossValue: `cross_value_${block}`,
    past: { key: `past_key_${block}`, value: `past_value_${block}` },
    present: { key: `present_key_${block}`, value: `present_value_${block}` },
  }));
}

const getHeadSize = ({ d_model, decoder_attention_heads }: WhisperDecoderConfig) =>
  d_model / decoder_attention_heads;

/** Selects the decoder's tensors. Throws `weights-damaged` as {@link selectTensors} does. */
function selectDecoder(checkpoint: Checkpoint, config: WhisperDecoderConfig): EncoderTensors {
  return selectTensors(checkpoint, {
    anchor: "embed_tokens.weight",
    roots: ["embed_tokens.", "embed_positions.", "layers.", "layer_norm."],
    expect: () => listTensors(config),
  });
}

function listTensors(config: WhisperDecoderConfig): ExpectedTensors {
  const { d_model: hidden, decoder_ffn_dim: inner } = config;
  const expected = new Map<string, readonly number[]>();
  const add = (name: string, ...shape: number[]) =>
    expected.set(`${name}.weight`, shape).set(`${name}.bias`, [shape[0]!]);
  expected.set("embed_tokens.weight", [config.vocab_size, hidden]);
  expected.set("embed_positions.weight", [config.max_target_positions, hidden]);
  for (let i = 0; i < config.decoder_layers; i++) {
    for (const attention of ["self_attn", "encoder_attn"]) {
      const at = `layers.${i}.${attention}`;
      for (const part of ["q", "v", "out"]) add(`${at}.${part}_proj`, hidden, hidden);
      expected.set(`${at}.k_proj.weight`, [hidden, hidden]);
      add(`${at}_layer_norm`, hidden);
    }
    add(`layers.${i}.fc1`, inner, hidden);
    add(`layers.${i}.fc2`, hidden, inner);
    add(`layers.${i}.final_layer_norm`, hidden);
  }
  add("layer_norm", hidden);
  return expected;
}

/** Writes the graph from samples [1, samples] to the keys and values of all blocks. */
export async function writeAttendedGraph(
  graph: GraphWriter,
  checkpoint: Checkpoint,
  { encoder, decoder }: { readonly encoder: WhisperConfig; readonly decoder: WhisperDecoderConfig },
  precision: Precision,
): Promise<void> {
  const { decoder_attention_heads: heads, d_model: hidden } = decoder;
  const headSize = getHeadSize(decoder);
  const through = encoder.encoder_layers;
  const layers = await addWhisperEncoder(
    graph,
    selectTensors(checkpoint, describeWhisperTensors(encoder)),
    encoder,
    { precision, padded: true, through },
  );
  const tensors = selectDecoder(checkpoint, decoder);
  const linear = createLinearWriter(graph, precision);
  const frames = linear.prepare(layers.at(-1)!);
  const shape = graph.addConstant([1, -1, heads, headSize]);
  for (const [block, { crossKey, crossValue }] of listKeptNames(decoder).entries()) {
    const project = async (part: "k" | "v", bias?: string) => {
      const name = `layers.${block}.encoder_attn.${part}_proj`;
      const weights = await tensors.read(`${name}.weight`);
      const product = await linear.multiplyTransposed(frames, `decoder.${name}`, weights, hidden, bias);
      return graph.addNode("Reshape", [product, shape]);
    };
    const keys = graph.addNode("Transpose", [await project("k")], { attributes: { perm: [0, 2, 3, 1] } });
    graph.addNode("Mul", [keys, graph.addConstant(headSize ** -0.5)], { outputs: [crossKey] });
    const offset = await tensors.read(`layers.${block}.encoder_attn.v_proj.bias`);
    const bias = await graph.addTensor(`decoder.layers.${block}.encoder_attn.v_proj.bias`, [hidden], offset);
    graph.addNode("Transpose", [await project("v", bias)], {
      attributes: { perm: [0, 2, 1, 3] },
      outputs: [crossValue],
    });
    graph.addOutput(crossKey, "float32", [1, heads, headSize, "frames"]);
    graph.addOutput(crossValue, "float32", [1, heads, "frames", headSize]);
  }
}

/**
 * Writes the graph of one step: token [1], its position [1], keys and values, to logits and their log-softmax
 * [1, 1, vocabulary], the last block's attention to the frames before its projection and the hidden state
 * after the last norm [1, 1, hidden], and the keys and values of the tokens so far.
 */
export async function writeStepGraph(
  graph: GraphWriter,
  checkpoint: Checkpoint,
  decoder: WhisperDecoderConfig,
  precision: Precision,
): Promise<void> {
  const { decoder_attention_heads: heads, d_model: hidden, vocab_size: words } = decoder;
  const headSize = getHeadSize(decoder);
  const context: TransformerContext = {
    ...{ graph, hidden, heads, inner: decoder.decoder_ffn_dim, epsilon: whisperEpsilon },
    ...{ tensors: selectDecoder(checkpoint, decoder), linear: createLinearWriter(graph, precision) },
  };
  graph.addInput(stepNames.token, "int64", [1]);
  graph.addInput(stepNames.position, "int64", [1]);
  const embeddings = await addTokens(context, words, precision);
  let x = await addStepInput(context, embeddings, decoder.max_target_positions);
  for (const [block, names] of listKeptNames(decoder).entries()) {
    const at = `layers.${block}`;
    const { past, present, crossKey, crossValue } = names;
    for (const name of [past.key, past.value]) graph.addInput(name, "float32", [1, heads, "past", headSize]);
    graph.addInput(crossKey, "float32", [1, heads, headSize, "frames"]);
    graph.addInput(crossValue, "float32", [1, heads, "frames", headSize]);
    const normed = await addLayerNorm(context, x, `${at}.self_attn_layer_norm`);
    x = graph.addNode("Add", [x, await addSelfAttention(context, normed, `${at}.self_attn`, names)]);
    for (const name of [present.key, present.value]) {
      graph.addOutput(name, "float32", [1, heads, "present", headSize]);
    }
    const crossInput = await addLayerNorm(context, x, `${at}.encoder_attn_layer_norm`);
    const query = await addHeads(context, crossInput, `${at}.encoder_attn.q_proj`);
    const isLast = block === decoder.decoder_layers - 1;
    const attended = addAttended(context, query, { key: crossKey, value: crossValue }, isLast);
    x = graph.addNode("Add", [x, await addLinear(context, attended, `${at}.encoder_attn.out_proj`, hidden)]);
    const middle = await addLayerNorm(context, x, `${at}.final_layer_norm`);
    const forward = await addFeedForward(context, middle, { up: `${at}.fc1`, down: `${at}.fc2` });
    x = graph.addNode("Add", [x, forward]);
  }
  const last = await addLayerNorm(context, x, "layer_norm", stepNames.hidden);
  addLogits(context, last, embeddings);
  graph.addNode("LogSoftmax", [stepNames.logits], {
    attributes: { axis: -1 },
    outputs: [stepNames.logprobs],
  });
  for (const name of [stepNames.logits, stepNames.logprobs]) graph.addOutput(name, "float32", [1, 1, words]);
  for (const name of [stepNames.context, stepNames.hidden]) graph.addOutput(name, "float32", [1, 1, hidden]);
}

/** The embeddings of tokens, [hidden, vocabulary]: float32, or int8 with a scale per token. */
interface TokenEmbeddings {
  readonly values: string;
  readonly scales?: string;
}

async function addTokens(
  { graph, tensors, hidden }: TransformerContext,
  words: number,
  precision: Precision,
): Promise<TokenEmbeddings> {
  const name = "embed_tokens.weight";
  const columns = transpose(await tensors.read(name), words, hidden);
  if (precision === "fp32") return { values: await graph.addTensor(name, [hidden, words], columns) };
  const { values, scales } = quantiseColumns(columns, hidden, words);
  return {
    values: await graph.addTensor(name, [hidden, words], values),
    scales: await graph.addTensor(`${name}_scale`, [words], scales),
  };
}

/** Adds the embedding of the token and that of its position: [1, 1, hidden]. */
async function addStepInput(
  { graph, tensors, hidden }: TransformerContext,
  { values, scales }: TokenEmbeddings,
  positions: number,
): Promise<string> {
  const shape = graph.addConstant([1, 1, hidden]);
  const column = graph.addNode("Gather", [values, stepNames.token], { attributes: { axis: 1 } });
  let token = column;
  if (scales !== undefined) {
    const floats = graph.addNode("Cast", [column], { attributes: { to: elementType.float32 } });
    token = graph.addNode("Mul", [floats, graph.addNode("Gather", [scales, stepNames.token])]);
  }
  const name = "embed_positions.weight";
  const table = await graph.addTensor(name, [positions, hidden], await tensors.read(name));
  const position = graph.addNode("Gather", [table, stepNames.position]);
  return graph.addNode("Add", [
    graph.addNode("Reshape", [token, shape]),
    graph.addNode("Reshape", [position, shape]),
  ]);
}

/** Adds the product of the hidden state with all embeddings. */
function addLogits(
  { graph, linear }: TransformerContext,
  x: string,
  { values, scales }: TokenEmbeddings,
): void {
  const outputs = [stepNames.logits];
  if (scales === undefined) {
    graph.addNode("MatMul", [x, values], { outputs });
    return;
  }
  const { tensor, scale, zeroPoint } = linear.prepare(x);
  graph.addNode("MatMulIntegerToFloat", [tensor, values, scale!, scales, zeroPoint!], {
    ...{ outputs, domain: "com.microsoft" },
  });
}

/** Adds a projection of one step, split into heads: [1, heads, 1, head size]. */
async function addHeads(context: TransformerContext, x: string, name: string): Promise<string> {
  const { graph, linear, tensors, hidden, heads } = context;
  const product = tensors.has(`${name}.bias`)
    ? await addLinear(context, x, name, hidden)
    : await linear.multiplyTransposed(linear.prepare(x), name, await tensors.read(`${name}.weight`), hidden);
  return graph.addNode("Reshape", [product, graph.addConstant([1, heads, 1, hidden / heads])]);
}

/** Adds attention to this and the preceding tokens, with its output projection. */
async function addSelfAttention(
  context: TransformerContext,
  x: string,
  at: string,
  { past, present }: KeptNames,
): Promise<string> {
  const { graph, hidden, heads } = context;
  const query = await addHeads(context, x, `${at}.q_proj`);
  const scaled = graph.addNode("Mul", [query, graph.addConstant((hidden / heads) ** -0.5)]);
  for (const kind of ["key", "value"] as const) {
    const own = await addHeads(context, x, `${at}.${kind[0]}_proj`);
    graph.addNode("Concat", [past[kind], own], { attributes: { axis: 2 }, outputs: [present[kind]] });
  }
  const turned = graph.addNode("Transpose", [present.key], { attributes: { perm: [0, 1, 3, 2] } });
  const mixed = addAttended(context, scaled, { key: turned, value: present.value }, false);
  return addLinear(context, mixed, `${at}.out_proj`, hidden);
}

/** Adds softmax(query x key) x value, heads joined again: [1, 1, hidden]. */
function addAttended(
  { graph, hidden }: TransformerContext,
  query: string,
  { key, value }: { readonly key: string; readonly value: string },
  isContext: boolean,
): string {
  const scores = graph.addNode("MatMul", [query, key]);
  const shares = graph.addNode("Softmax", [scores], { attributes: { axis: -1 } });
  const mixed = graph.addNode("MatMul", [shares, value]);
  return graph.addNode("Reshape", [mixed, graph.addConstant([1, 1, hidden])], {
    ...(isContext ? { outputs: [stepNames.context] } : {}),
  });
}
