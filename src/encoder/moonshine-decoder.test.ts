/**
 * The extracted decoder compared with the published file: every step of a transcript with one pass over all
 * preceding tokens, without a cache, and with the vocabulary product in float32. Inner tensors of the file
 * are read from its branch without a cache, with its products in floats too; its logits show that it is the
 * same network.
 */
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWindow } from "../../test/support/audio-files.ts";
import { chooseCases } from "../../test/support/effort.ts";
import { loadWeights } from "../node/models/encoder-weights.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { addFloatProducts } from "../onnx/float-products.ts";
import { createAddedNodes, extractModel, readBranches } from "../onnx/graph-extract.ts";
import { createValueInfo, extendModel } from "../onnx/proto.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import { rankTokens } from "./greedy-decoding.ts";
import { createMoonshineDecoder, type DecodedStep, type MoonshineDecoder } from "./moonshine-decoder.ts";
import { stepScores } from "./moonshine-decoder-graphs.ts";
import { getMoonshineWidth, moonshineSizes } from "./moonshine-sizes.ts";
import { getTranscriberDefinition } from "./registry.ts";

const demo = fileURLToPath(new URL("../../demo/banking/test/", import.meta.url));
const vocabularySize = 32_768;
const findLargest = (logits: Float32Array): number =>
  logits.reduce((best, logit, i) => (logit > logits[best]! ? i : best), 0);

const computeSpread = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** A step's results with the scores of all tokens, which the decoder keeps inside its graph. */
type ScoredStep = DecodedStep & Readonly<Record<keyof typeof stepScores, Float32Array>>;

/** Wraps the runtime so that the model of a step also gives its scores; they are put into `scores`. */
const keepScores = (runtime: OnnxRuntime, scores: Record<string, Float32Array>): OnnxRuntime => ({
  async createSession(model) {
    if (model instanceof Uint8Array || "path" in model || model.name !== "step") {
      return runtime.createSession(model);
    }
    const outputs = Object.values(stepScores).map((name) =>
      createValueInfo(name, "float32", [1, 1, vocabularySize]),
    );
    const session = await runtime.createSession(extendModel(await model.build(), { outputs }));
    return {
      ...session,
      async run(feeds, names) {
        const results = await session.run(feeds, names);
        for (const [kind, name] of Object.entries(stepScores)) {
          scores[kind] = results[name]!.data as Float32Array;
        }
        return results;
      },
    };
  },
});

const computeDistance = (values: Float32Array, expected: Float32Array): number =>
  computeSpread(values.map((value, i) => value - expected[i]!)) / computeSpread(expected);

/** Row of a matrix with rows of a length. */
const pickRow = (values: Float32Array, row: number, length: number): Float32Array =>
  values.subarray(row * length, (row + 1) * length);

const recordings = ["abroad/01-flite-awb.ogg", "address/02-flite-rms.ogg"];

describe.each(chooseCases(Object.values(moonshineSizes), 1))("$id", (size) => {
  const width = getMoonshineWidth(size);
  /** Its name in the branch without a cache, which reshapes keys and values first. */
  const context = `/model/decoder/layers.${size.blocks - 1}/encoder_attn/Reshape_3_output_0`;
  const hidden = "/model/decoder/norm/Mul_output_0";

  let published: InferenceSession;
  let branch: InferenceSession;
  let decoder: MoonshineDecoder;
  const scores: Record<string, Float32Array> = {};
  /** A copy of a step's results, and the scores of the latest step. */
  const copyStep = ({ ranked, context, hidden }: DecodedStep): ScoredStep => ({
    ...{ ranked, context: context.slice(), hidden: hidden.slice() },
    ...{ logits: scores.logits!.slice(), logprobs: scores.logprobs!.slice() },
  });
  beforeAll(async () => {
    const files = await loadWeights(getTranscriberDefinition(size.id)!);
    const model = files["decoder_model_merged.onnx"]!;
    published = await InferenceSession.create(model, { logSeverityLevel: 3 });
    const { elseBranch } = readBranches(model);
    const added = createAddedNodes();
    addFloatProducts(elseBranch, added);
    const whole = extractModel(elseBranch, {
      added: added.nodes,
      inputs: {
        input_ids: createValueInfo("input_ids", "int64", [1, "tokens"]),
        encoder_hidden_states: createValueInfo("encoder_hidden_states", "float32", [1, "frames", width]),
      },
      outputs: {
        logits: createValueInfo("logits", "float32", [1, "tokens", vocabularySize]),
        [context]: createValueInfo(context, "float32", [1, "tokens", width]),
        [hidden]: createValueInfo(hidden, "float32", [1, "tokens", width]),
      },
    });
    branch = await InferenceSession.create(whole, { logSeverityLevel: 3 });
    const runtime = keepScores(createNodeOnnxRuntime({ threads: 1 }), scores);
    decoder = await createMoonshineDecoder(size, runtime, async () => model);
  });
  afterAll(async () => {
    await published.release();
    await branch.release();
    await decoder.dispose();
  });

  async function encodeFrames(name: string): Promise<Float32Array> {
    const encoder = await loadEncoder(size.id);
    const { lastLayer } = await encoder.encode(await readWindow(demo + name), { keepFrames: true });
    await encoder.dispose();
    return lastLayer!;
  }

  const feedUncached = (frames: Float32Array, tokens: readonly number[]): Record<string, Tensor> => ({
    input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    encoder_hidden_states: new Tensor("float32", frames, [1, frames.length / width, width]),
  });

  /** Logits [tokens, vocabulary] of the published decoder's first branch, which has no cache. */
  async function runUncached(frames: Float32Array, tokens: readonly number[]): Promise<Float32Array> {
    const feeds = feedUncached(frames, tokens);
    feeds.use_cache_branch = new Tensor("bool", Uint8Array.of(0), [1]);
    for (const name of published.inputNames) {
      feeds[name] ??= new Tensor("float32", new Float32Array(0), [0, size.heads, 1, size.headSize]);
    }
    const { logits } = await published.run(feeds, ["logits"]);
    return logits!.data as Float32Array;
  }

  interface Decoded {
    readonly frames: Float32Array;
    /** The decoder's input tokens, and copies of its results step by step, until it ends. */
    readonly tokens: readonly number[];
    readonly steps: readonly ScoredStep[];
    /** What the published file gives for all tokens: {@link runUncached}. */
    readonly whole: Float32Array;
  }
  const decoded = new Map<string, Promise<Decoded>>();

  /** Decodes a recording, once for all tests. */
  function decode(name: string): Promise<Decoded> {
    const known = decoded.get(name) ?? encodeFrames(name).then(runSteps);
    decoded.set(name, known);
    return known;
  }

  async function runSteps(frames: Float32Array): Promise<Decoded> {
    const step = await decoder.begin(frames);
    const tokens = [1];
    const steps: ScoredStep[] = [];
    while (tokens.at(-1) !== 2 && tokens.length < 30) {
      steps.push(copyStep(await step(tokens.at(-1)!)));
      tokens.push(findLargest(steps.at(-1)!.logits));
    }
    expect(tokens.length).toBeGreaterThan(8);
    return { frames, tokens, steps, whole: await runUncached(frames, tokens.slice(0, -1)) };
  }

  // The published file quantises the activations of all positions together; this decoder quantises each
  // position's.
  it.each(recordings)("decodes %s token by token like the published file in one pass", async (name) => {
    const { tokens, steps, whole } = await decode(name);
    for (const [i, { logits, logprobs, ranked }] of steps.entries()) {
      expect(ranked).toEqual(rankTokens(logits, logprobs));
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(logprobs).toBeAllclose(
        logits.map((logit) => logit - total),
        { rtol: 1e-5, atol: 1e-5 },
      );
      const expected = pickRow(whole, i, vocabularySize);
      expect(findLargest(expected), `token ${i}`).toBe(tokens[i + 1]);
      expect(computeDistance(logits, expected)).toBeLessThan(0.06);
    }
  });

  it.each(recordings)(
    "returns the context and the hidden state of the published file in %s",
    async (name) => {
      const { frames, tokens, steps, whole: published } = await decode(name);
      const whole = await branch.run(feedUncached(frames, tokens.slice(0, -1)));
      expect(computeDistance(whole.logits!.data as Float32Array, published)).toBeLessThan(0.1);
      for (const [i, step] of steps.entries()) {
        for (const [values, tensor, tolerance] of [
          [step.context, whole[context], 1e-4],
          [step.hidden, whole[hidden], 1e-4],
        ] as const) {
          const all = tensor!.data as Float32Array;
          expect(all).toHaveLength(steps.length * width);
          expect(computeDistance(values, pickRow(all, i, width)), `step ${i}`).toBeLessThan(tolerance);
          // The nearest step of the file is the same step.
          const others = steps.map((_, k) => computeDistance(values, pickRow(all, k, width)));
          expect(others.indexOf(Math.min(...others))).toBe(i);
        }
      }
    },
  );

  it("gives the same result for interleaved and consecutive recordings", async () => {
    const [first, second] = await Promise.all(recordings.map(async (name) => (await decode(name)).frames));
    const alone = await decoder.begin(first!);
    const expected = [copyStep(await alone(1)), copyStep(await alone(1128))];
    const [a, b] = [await decoder.begin(first!), await decoder.begin(second!)];
    const [step] = [copyStep(await a(1)), await b(1), await b(3529)];
    expect(step).toEqual(expected[0]);
    expect(copyStep(await a(1128))).toEqual(expected[1]);
  });
});
