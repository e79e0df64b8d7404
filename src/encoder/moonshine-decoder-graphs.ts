/**
 * The two models of moonshine's decoder, built from the published file.
 *
 * The published file is a "merged" decoder: an If with one branch for the first step and one for later steps,
 * each with the whole network. The first model turns the frames into the keys and values that the blocks
 * attend to, once per recording. The second is the branch of later steps; with empty tensors for the previous
 * tokens it also computes the first step.
 *
 * The second model keeps the published weights, but its 1,100 nodes are replaced by 90: a step is a product
 * of one row per matrix, so nodes that rearrange a few hundred numbers cost as much as the products. Its
 * products are computed in floats (see `float-products.ts`) except for that with the vocabulary of 32,768
 * tokens, which is computed on integers: the published file computes it in float32 after unpacking 9 MB of
 * int8 into 38 MB at every step.
 */
import { addFloatProducts, getFloatWeight } from "../onnx/float-products.ts";
import {
  type AddedNodes,
  createAddedNodes,
  extractModel,
  type GraphContents,
  runtimeDomain,
} from "../onnx/graph-extract.ts";
import { createValueInfo, elementType, type NodeAttribute, type ProtoBytes } from "../onnx/proto.ts";
import { addRotation, addRotationTables } from "./moonshine-attention.ts";
import { getMoonshineWidth, type MoonshineSize } from "./moonshine-sizes.ts";

/** Name of the encoder's frames [1, frames, width], input of the first model. */
export const framesName = "encoder_hidden_states";

/**
 * Names of a step's inputs in addition to the results of the first model: the previous token, int64 [1, 1],
 * and the rows of the steps so far, [1, steps, numbers].
 */
export const [tokenName, pastName] = ["input_ids", "golem_past"];

/** Names of the scores of tokens and of their log-softmax [1, 1, vocabulary], for a test. */
export const stepScores = { logits: "logits", logprobs: "golem_logprobs" } as const;

/** Names of a step's results: vectors are [1, 1, width]. */
export const stepOutputs = {
  /** The row that this step adds to the past: [1, 1, numbers]. */
  row: "golem_row",
  /** The two likeliest tokens, int64 [1, 1, 2]. */
  ranked: "golem_ranked",
  /** Their log-probabilities [1, 1, 2]. */
  rankedLogprobs: "golem_ranked_logprobs",
  /** Output of the last block's attention to the frames, before its output projection. */
  context: "golem_context",
  /** The hidden state from which the logits are computed, after the last norm. */
  hidden: "golem_hidden",
} as const;

const epsilon = 1e-5;
const listBlocks = ({ blocks }: MoonshineSize): number[] => [...new Array(blocks).keys()];
const attendedKey = (block: number) => `golem_attended_key_${block}`;
const attendedValue = (block: number) => `golem_attended_value_${block}`;

/** Length of the row that a step adds for later steps: keys of all blocks, then their values. */
export const getRowNumbers = (size: MoonshineSize): number => 2 * size.blocks * getMoonshineWidth(size);

/**
 * Builds the model from frames [1, frames, width] to the keys and values [1, heads, frames, headSize] that
 * each block attends to.
 */
export function buildAttendedModel(size: MoonshineSize, graph: GraphContents): Uint8Array {
  const { heads, headSize } = size;
  const added = createAddedNodes();
  const { add } = added;
  addFloatProducts(graph, added);
  add("Constant", [], ["golem_heads"], { value_ints: [0, 0, heads, headSize] });
  for (const block of listBlocks(size)) {
    for (const [kind, output] of [
      ["k", attendedKey(block)],
      ["v", attendedValue(block)],
    ] as const) {
      const projected = `/model/decoder/layers.${block}/encoder_attn/${kind}_proj/MatMul_output_0`;
      add("Reshape", [projected, "golem_heads"], [`${output}_heads`]);
      add("Transpose", [`${output}_heads`], [output], { perm: [0, 2, 1, 3] });
    }
  }
  const shape = [1, "frames", getMoonshineWidth(size)];
  return extractModel(graph, {
    inputs: { [framesName]: createValueInfo(framesName, "float32", shape) },
    outputs: describeAttended(size),
    added: added.nodes,
  });
}

function describeAttended(size: MoonshineSize): Record<string, ProtoBytes> {
  const names = listBlocks(size).flatMap((block) => [attendedKey(block), attendedValue(block)]);
  const shape = [1, size.heads, "frames", size.headSize];
  return Object.fromEntries(names.map((name) => [name, createValueInfo(name, "float32", shape)]));
}

/** Builds the model of one step: from a token, the past and the attended keys and values to `stepOutputs`. */
export function buildStepModel(size: MoonshineSize, graph: GraphContents): Uint8Array {
  const dimensions = getMoonshineWidth(size);
  const added = createAddedNodes();
  addFloatProducts(graph, added);
  addAngles(added);
  addBlocks(size, added);
  addVocabularyProduct(added);
  const numbers = getRowNumbers(size);
  const inputs = {
    [tokenName]: createValueInfo(tokenName, "int64", [1, 1]),
    [pastName]: createValueInfo(pastName, "float32", [1, "steps", numbers]),
    ...describeAttended(size),
  };
  const { row, ranked, rankedLogprobs, context, hidden } = stepOutputs;
  const outputs = {
    [ranked]: createValueInfo(ranked, "int64", [1, 1, 2]),
    [rankedLogprobs]: createValueInfo(rankedLogprobs, "float32", [1, 1, 2]),
    [context]: createValueInfo(context, "float32", [1, 1, dimensions]),
    [hidden]: createValueInfo(hidden, "float32", [1, 1, dimensions]),
    [row]: createValueInfo(row, "float32", [1, 1, numbers]),
  };
  return extractModel(graph, { inputs, outputs, added: added.nodes });
}

/** Adds the tables of the rotation at the position of the step: the number of steps so far. */
function addAngles(added: AddedNodes): void {
  const { add } = added;
  add("Constant", [], ["golem_one"], { value_ints: [1] });
  add("Shape", [pastName], ["golem_past_shape"]);
  add("Gather", ["golem_past_shape", "golem_one"], ["golem_position"]);
  add("Cast", ["golem_position"], ["golem_position_float"], { to: elementType.float32 });
  add("Mul", ["golem_position_float", "/model/decoder/rotary_emb/Cast_1_output_0"], ["golem_turns"]);
  addRotationTables(added, "golem_turns");
}

/** Adds the transformer blocks and the last norm: from the token's vector to `stepOutputs.hidden`. */
function addBlocks(size: MoonshineSize, { add }: AddedNodes): void {
  const { blocks, heads } = size;
  const width = getMoonshineWidth(size);
  const run = (
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ) => add(operator, inputs, outputs, attributes, runtimeDomain);
  let sum = "/model/decoder/embed_tokens/Gather_output_0";
  let normed = "golem_normed";
  add("LayerNormalization", [sum, "model.decoder.layers.0.input_layernorm.weight_merged_0"], [normed], {
    axis: -1,
    epsilon: { float: epsilon },
  });
  /** Adds a branch's result to the sum, and the norm before the next branch. */
  const addNorm = (branch: string, weight: string, output: string, bias = ""): void => {
    const next = `${output}_sum`;
    run("SkipLayerNormalization", [sum, branch, weight, "", bias], [output, "", "", next], {
      epsilon: { float: epsilon },
    });
    [sum, normed] = [next, output];
  };
  add("Constant", [], ["golem_split_rotated"], { value_ints: [2 * width, width] });
  add("Constant", [], ["golem_split_query"], { value_ints: [width, width] });
  const listNames = (...parts: string[]) =>
    parts.flatMap((part) => listBlocks(size).map((block) => `golem_${part}_${block}`));
  add("Constant", [], ["golem_split_past"], { value_ints: new Array(2 * blocks).fill(width) });
  add("Split", [pastName, "golem_split_past"], listNames("past_key", "past_value"), { axis: 2 });
  add("Concat", listNames("key", "value"), [stepOutputs.row], { axis: 2 });
  for (const block of listBlocks(size)) {
    const name = (part: string) => `golem_${part}_${block}`;
    const inBlock = (part: string) => `/model/decoder/layers.${block}/${part}_output_0`;
    const weight = (part: string) => `model.decoder.layers.${block}.${part}_merged_0`;
    const own = (kind: string) => getFloatWeight(inBlock(`self_attn/${kind}_proj/MatMul`));
    const multiply = (input: string, projection: string, output: string) =>
      add("MatMul", [input, getFloatWeight(inBlock(`${projection}/MatMul`))], [output]);

    add("Concat", [own("q"), own("k"), own("v")], [name("own_weights")], { axis: 1 });
    add("MatMul", [normed, name("own_weights")], [name("own")]);
    add("Split", [name("own"), "golem_split_rotated"], [name("unturned"), name("value")], { axis: 2 });
    addRotation({ add }, name("unturned"), name("turned"), 2 * heads);
    add("Split", [name("turned"), "golem_split_query"], [name("query"), name("key")], { axis: 2 });
    add("Concat", [name("past_key"), name("key")], [name("keys")], { axis: 1 });
    add("Concat", [name("past_value"), name("value")], [name("values")], { axis: 1 });
    run("MultiHeadAttention", [name("query"), name("keys"), name("values")], [name("heard")], {
      num_heads: heads,
    });
    multiply(name("heard"), "self_attn/dense", name("self"));
    addNorm(name("self"), weight("post_attention_layernorm.weight"), name("after_self"));

    multiply(normed, "encoder_attn/q_proj", name("asked"));
    const context = block === blocks - 1 ? stepOutputs.context : name("context");
    run("MultiHeadAttention", [name("asked"), attendedKey(block), attendedValue(block)], [context], {
      num_heads: heads,
    });
    multiply(context, "encoder_attn/dense", name("cross"));
    addNorm(name("cross"), weight("final_layernorm.weight"), name("after_cross"));

    multiply(normed, "mlp/up_proj", name("up"));
    add("Add", [name("up"), weight("mlp.up_proj.bias")], [name("up_biased")]);
    add("Split", [name("up_biased")], [name("carried"), name("gate")], { axis: 2 });
    run("QuickGelu", [name("gate")], [name("opened")], { alpha: { float: 1 } });
    add("Mul", [name("carried"), name("opened")], [name("gated")]);
    multiply(name("gated"), "mlp/down_proj", name("down"));
    const isLast = block === blocks - 1;
    const next = isLast
      ? "model.decoder.norm.weight_merged_0"
      : `model.decoder.layers.${block + 1}.input_layernorm.weight_merged_0`;
    addNorm(
      name("down"),
      next,
      isLast ? stepOutputs.hidden : name("after_mlp"),
      weight("mlp.down_proj.bias"),
    );
  }
}

type Attributes = Readonly<Record<string, NodeAttribute>>;

/** Adds the product with the vocabulary, on integers. */
function addVocabularyProduct({ add }: AddedNodes): void {
  const weight = "model.decoder.embed_tokens.weight";
  const [scale, zero] = [`${weight}_merged_0_scale`, `${weight}_merged_0_zero_point`];
  const { logits, logprobs } = stepScores;
  const [levels, levelScale, levelZero] = ["golem_levels", "golem_level_scale", "golem_level_zero"];
  add("DynamicQuantizeLinear", [stepOutputs.hidden], [levels, levelScale, levelZero]);
  add("MatMulInteger", [levels, `${weight}_transposed_quantized`, levelZero, zero], ["golem_product"]);
  add("Cast", ["golem_product"], ["golem_product_float"], { to: elementType.float32 });
  add("Mul", [levelScale, scale], ["golem_product_scale"]);
  add("Mul", ["golem_product_float", "golem_product_scale"], [logits]);
  add("LogSoftmax", [logits], [logprobs], { axis: 2 });
  // Ranked by logits, since rounding may make two log-probabilities equal. The scores are not
  // outputs: 256 kB per step would have to be garbage-collected.
  add("Constant", [], ["golem_ranks"], { value_ints: [2] });
  add("TopK", [logits, "golem_ranks"], ["golem_ranked_logits", stepOutputs.ranked], { axis: 2 });
  add("GatherElements", [logprobs, stepOutputs.ranked], [stepOutputs.rankedLogprobs], { axis: 2 });
}
