/**
 * The decoder of a size of moonshine, one token per step: blocks that attend to the tokens so far and to the
 * encoder's frames.
 *
 * Not its concern: the choice and the meaning of tokens.
 *
 * Two models run: one once per recording, one per step (see `moonshine-decoder-graphs.ts`).
 */
import { GolemError } from "../core/error.ts";
import { readBranches } from "../onnx/graph-extract.ts";
import type { OnnxRuntime, OnnxTensor } from "../onnx/runtime.ts";
import type { NextToken, RankedTokens } from "./greedy-decoding.ts";
import {
  buildAttendedModel,
  buildStepModel,
  framesName,
  getRowNumbers,
  pastName,
  stepOutputs,
  tokenName,
} from "./moonshine-decoder-graphs.ts";
import { getMoonshineWidth, type MoonshineSize } from "./moonshine-sizes.ts";
import type { ReadWeights } from "./weights.ts";

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
  /**
   * Starts a transcript of frames [count, width] of the encoder's last layer. Rejects with `encoder-failed`
   * for unexpected outputs of the network; so do the steps.
   */
  begin(frames: Float32Array): Promise<DecodeStep>;
  dispose(): Promise<void>;
}

/** Loads the decoder of a size. */
export async function createMoonshineDecoder(
  size: MoonshineSize,
  runtime: OnnxRuntime,
  read: ReadWeights,
): Promise<MoonshineDecoder> {
  const dimensions = getMoonshineWidth(size);
  const rowNumbers = getRowNumbers(size);
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
        [framesName]: { dims: [1, count, dimensions], data: frames },
      });
      const cache = createStepCache(rowNumbers);
      return async (token) => {
        const input: OnnxTensor = { dims: [1, 1], data: BigInt64Array.of(BigInt(token)) };
        const outputs = await step.run({ [tokenName]: input, [pastName]: cache.get(), ...kept });
        cache.add(getNumbers(outputs, stepOutputs.row, rowNumbers));
        return {
          ranked: readRanked(outputs),
          context: getNumbers(outputs, stepOutputs.context, dimensions),
          hidden: getNumbers(outputs, stepOutputs.hidden, dimensions),
        };
      };
    },
    async dispose() {
      await attended.release();
      await step.release();
    },
  };
}

/** Number of tokens for which memory is first allocated. */
const firstTokens = 16;

/** Keys and values of the tokens so far: a row of [numbers] per token. */
function createStepCache(numbers: number) {
  let memory = new Float32Array(firstTokens * numbers);
  let used = 0;
  return {
    get: (): OnnxTensor => ({ dims: [1, used / numbers, numbers], data: memory.subarray(0, used) }),
    add(row: Float32Array): void {
      if (used === memory.length) {
        const larger = new Float32Array(2 * used);
        larger.set(memory);
        memory = larger;
      }
      memory.set(row, used);
      used += numbers;
    },
  };
}

function getTensor(outputs: Readonly<Record<string, OnnxTensor>>, name: string): OnnxTensor {
  const tensor = outputs[name];
  if (tensor) return tensor;
  throw new GolemError("encoder-failed", `The decoder gave no ${name}.`);
}

function readRanked(outputs: Readonly<Record<string, OnnxTensor>>): RankedTokens {
  const tokens = getTensor(outputs, stepOutputs.ranked).data;
  const logprobs = getNumbers(outputs, stepOutputs.rankedLogprobs, 2);
  return [
    { token: Number(tokens[0]), logprob: logprobs[0]! },
    { token: Number(tokens[1]), logprob: logprobs[1]! },
  ];
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
