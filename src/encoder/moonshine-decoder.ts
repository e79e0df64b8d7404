/**
 * The decoder of a size of moonshine, one token per step: blocks that attend to the tokens so far and to the
 * encoder's frames.
 *
 * Not its concern: which token is chosen, what tokens mean.
 *
 * The published file is a "merged" decoder: an If with one branch for the first step and one for later steps,
 * each with the whole network. Two models are extracted from it. The first turns the frames into the keys and
 * values that the blocks attend to, once per recording; the keys are transposed and scaled there, so that
 * this is not repeated in each step. The second is the branch of later steps; with empty tensors for the
 * previous tokens it also computes the first step.
 *
 * In the second model the product with the vocabulary of 32,768 tokens is computed on integers; the published
 * file computes it in float32 after unpacking 9 MB of int8 into 38 MB at every step. All other products,
 * integer in the file, are computed in floats (see `float-products.ts`). Two inner tensors are returned with
 * the logits: the output of the last block's attention to the frames, and the hidden state from which the
 * logits are computed.
 */
import { GolemError } from "../core/error.ts";
import { addFloatProducts } from "../onnx/float-products.ts";
import {
  createAddedNodes,
  extractModel,
  type GraphContents,
  type ModelEnds,
  readBranches,
} from "../onnx/graph-extract.ts";
import { createValueInfo, elementType } from "../onnx/proto.ts";
import type { OnnxRuntime, OnnxTensor } from "../onnx/runtime.ts";
import type { NextToken } from "./greedy-decoding.ts";
import { getMoonshineWidth, type MoonshineSize } from "./moonshine-sizes.ts";
import type { ReadWeights } from "./weights.ts";

/** Number of tokens, 768 of them reserved. */
const vocabularySize = 32_768;

/** Results of one step; valid until the next step. */
export interface DecodedStep extends NextToken {
  /** Output of the last block's attention to the frames: [width], before its output projection. */
  readonly context: Float32Array;
  /** The hidden state from which the logits are computed: [width], after the last norm. */
  readonly hidden: Float32Array;
}

/** Runs one step: takes the previous token, returns the scores of the next. */
type DecodeStep = (token: number) => Promise<DecodedStep>;

/** The decoder's network. */
export interface MoonshineDecoder {
  /** Starts a transcript of frames [count, width] of the encoder's last layer. */
  begin(frames: Float32Array): Promise<DecodeStep>;
  dispose(): Promise<void>;
}

const crossKey = (block: number) => `/model/decoder/layers.${block}/encoder_attn/Mul_1_output_0`;
const crossValue = (block: number) => `past_key_values.${block}.encoder.value`;

/**
 * Name of the context in the branch of later steps. In the other branch this name belongs to the values, and
 * the context is the output of Reshape_3.
 */
const getContextName = ({ blocks }: MoonshineSize) =>
  `/model/decoder/layers.${blocks - 1}/encoder_attn/Reshape_1_output_0`;
const logprobsName = "golem_logprobs";
const hiddenName = "/model/decoder/norm/Mul_output_0";

const listBlocks = ({ blocks }: MoonshineSize): number[] => [...new Array(blocks).keys()];

/** Names of the tensors passed from step to step: as outputs (present) and as inputs (past). */
const listCacheNames = (size: MoonshineSize) =>
  listBlocks(size).flatMap((block) =>
    ["key", "value"].map((kind) => ({
      present: `present.${block}.decoder.${kind}`,
      past: `past_key_values.${block}.decoder.${kind}`,
    })),
  );

/** Loads the decoder of a size. */
export async function createMoonshineDecoder(
  size: MoonshineSize,
  runtime: OnnxRuntime,
  read: ReadWeights,
): Promise<MoonshineDecoder> {
  const { heads, headSize } = size;
  const dimensions = getMoonshineWidth(size);
  const contextName = getContextName(size);
  const cacheNames = listCacheNames(size);
  let branches: ReturnType<typeof readBranches> | undefined;
  const getBranches = async () => {
    branches ??= readBranches(await read(size.decoder.name));
    return branches;
  };
  const attended = await runtime.createSession({
    name: "attended",
    sha256: size.graphs.attended,
    build: async () => buildAttendedModel(size, (await getBranches()).elseBranch),
  });
  const step = await runtime.createSession({
    name: "step",
    sha256: size.graphs.step,
    build: async () => buildStepModel(size, (await getBranches()).thenBranch),
  });
  branches = undefined;
  return {
    async begin(frames) {
      const count = frames.length / dimensions;
      const kept = await attended.run({
        encoder_hidden_states: { dims: [1, count, dimensions], data: frames },
      });
      const empty: OnnxTensor = { dims: [1, heads, 0, headSize], data: new Float32Array(0) };
      const cache: Record<string, OnnxTensor> = {};
      for (const names of cacheNames) cache[names.past] = empty;
      return async (token) => {
        const input: OnnxTensor = { dims: [1, 1], data: BigInt64Array.of(BigInt(token)) };
        const outputs = await step.run({ input_ids: input, ...kept, ...cache });
        for (const { past, present } of cacheNames) cache[past] = getTensor(outputs, present);
        return {
          logits: getNumbers(outputs, "logits", vocabularySize),
          logprobs: getNumbers(outputs, logprobsName, vocabularySize),
          context: getNumbers(outputs, contextName, dimensions),
          hidden: getNumbers(outputs, hiddenName, dimensions),
        };
      };
    },
    async dispose() {
      await attended.release();
      await step.release();
    },
  };
}

function getTensor(outputs: Readonly<Record<string, OnnxTensor>>, name: string): OnnxTensor {
  const tensor = outputs[name];
  if (tensor) return tensor;
  throw new GolemError("encoder-failed", `The decoder gave no ${name}.`);
}

function getNumbers(
  outputs: Readonly<Record<string, OnnxTensor>>,
  name: string,
  count: number,
): Float32Array {
  const { data } = getTensor(outputs, name);
  if (data instanceof Float32Array && data.length === count) return data;
  throw new GolemError(
    "encoder-failed",
    `The decoder gave ${data.length} numbers as ${name}; expected ${count}.`,
  );
}

/**
 * Builds the model from frames [1, count, width] to keys [1, heads, headSize, count] (scaled as in the
 * attention) and values [1, heads, count, headSize].
 */
function buildAttendedModel(size: MoonshineSize, graph: GraphContents): Uint8Array {
  const { heads, headSize } = size;
  const added = createAddedNodes();
  const { add } = added;
  addFloatProducts(graph, added);
  const outputs: Record<string, Uint8Array> = {};
  add("Constant", [], ["golem_heads"], { value_ints: [0, 0, heads, headSize] });
  // The attention scales queries and keys each by the inverse fourth root of the head size.
  add("Constant", [], ["golem_scale"], { value_float: { float: headSize ** -0.25 } });
  for (const block of listBlocks(size)) {
    const projected = (kind: string) =>
      `/model/decoder/layers.${block}/encoder_attn/${kind}_proj/MatMul_output_0`;
    for (const kind of ["k", "v"]) {
      add("Reshape", [projected(kind), "golem_heads"], [`golem_${kind}_${block}`]);
    }
    add("Transpose", [`golem_k_${block}`], [`golem_key_${block}`], { perm: [0, 2, 3, 1] });
    add("Mul", [`golem_key_${block}`, "golem_scale"], [crossKey(block)]);
    add("Transpose", [`golem_v_${block}`], [crossValue(block)], { perm: [0, 2, 1, 3] });
    Object.assign(outputs, describeAttended(size, block));
  }
  const inputs = {
    encoder_hidden_states: createValueInfo("encoder_hidden_states", "float32", [
      1,
      "frames",
      getMoonshineWidth(size),
    ]),
  };
  return extractModel(graph, { inputs, outputs, added: added.nodes });
}

function describeAttended({ heads, headSize }: MoonshineSize, block: number): Record<string, Uint8Array> {
  const [key, value] = [crossKey(block), crossValue(block)];
  return {
    [key]: createValueInfo(key, "float32", [1, heads, headSize, "frames"]),
    [value]: createValueInfo(value, "float32", [1, heads, "frames", headSize]),
  };
}

/**
 * Builds the model of one step: from a token, keys, values and the cache to logits, context, hidden state and
 * the new cache.
 */
function buildStepModel(size: MoonshineSize, graph: GraphContents): Uint8Array {
  const dimensions = getMoonshineWidth(size);
  const contextName = getContextName(size);
  const added = createAddedNodes();
  const { add } = added;
  addFloatProducts(graph, added);
  const weight = "model.decoder.embed_tokens.weight";
  const [scale, zero] = [`${weight}_merged_0_scale`, `${weight}_merged_0_zero_point`];
  add("DynamicQuantizeLinear", [hiddenName], ["golem_hidden", "golem_hidden_scale", "golem_hidden_zero"]);
  add(
    "MatMulInteger",
    ["golem_hidden", `${weight}_transposed_quantized`, "golem_hidden_zero", zero],
    ["golem_product"],
  );
  add("Cast", ["golem_product"], ["golem_product_float"], { to: elementType.float32 });
  add("Mul", ["golem_hidden_scale", scale], ["golem_product_scale"]);
  add("Mul", ["golem_product_float", "golem_product_scale"], ["logits"]);
  // In JavaScript, 32,768 exponentials would take a tenth of the step's time.
  add("LogSoftmax", ["logits"], [logprobsName], { axis: 2 });
  const inputs: ModelEnds["inputs"] = {
    input_ids: createValueInfo("input_ids", "int64", [1, 1]),
    ...Object.assign({}, ...listBlocks(size).map((block) => describeAttended(size, block))),
    ...describeCache(size, "past", "past"),
  };
  const outputs = {
    logits: createValueInfo("logits", "float32", [1, 1, vocabularySize]),
    [logprobsName]: createValueInfo(logprobsName, "float32", [1, 1, vocabularySize]),
    [contextName]: createValueInfo(contextName, "float32", [1, 1, dimensions]),
    [hiddenName]: createValueInfo(hiddenName, "float32", [1, 1, dimensions]),
    ...describeCache(size, "present", "present"),
  };
  return extractModel(graph, { inputs, outputs, added: added.nodes });
}

function describeCache(
  size: MoonshineSize,
  side: "past" | "present",
  length: string,
): Record<string, Uint8Array> {
  const { heads, headSize } = size;
  return Object.fromEntries(
    listCacheNames(size).map((names) => [
      names[side],
      createValueInfo(names[side], "float32", [1, heads, length, headSize]),
    ]),
  );
}
