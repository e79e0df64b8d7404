/**
 * The decoder taken apart, against the published file as it is: every step of a transcript against one pass over all
 * tokens before it, without any cache, and with the product with the vocabulary in float32.
 */
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWindow } from "../../test/audio-files.ts";
import { loadWeights } from "../node/encoder-weights.ts";
import { loadEncoder } from "../node/load-encoder.ts";
import { createNodeOnnxRuntime } from "../node/onnx-runtime-node.ts";
import { createMoonshineDecoder, type MoonshineDecoder } from "./moonshine-decoder.ts";
import { getTranscriberDefinition } from "./registry.ts";

const demo = fileURLToPath(new URL("../../demo/banking/test/", import.meta.url));
const vocabularySize = 32_768;

let published: InferenceSession;
let decoder: MoonshineDecoder;
beforeAll(async () => {
  const files = await loadWeights(getTranscriberDefinition("moonshine-tiny")!);
  const model = files["decoder_model_merged.onnx"]!;
  published = await InferenceSession.create(model, { logSeverityLevel: 3 });
  decoder = await createMoonshineDecoder(createNodeOnnxRuntime({ threads: 1 }), model);
});
afterAll(async () => {
  await published.release();
  await decoder.dispose();
});

async function encodeFrames(name: string): Promise<Float32Array> {
  const encoder = await loadEncoder("moonshine-tiny");
  const { lastLayer } = await encoder.encode(await readWindow(demo + name), { keepFrames: true });
  await encoder.dispose();
  return lastLayer!;
}

/** Logits [tokens, vocabulary] of the published decoder's first branch, which knows no cache. */
async function runUncached(frames: Float32Array, tokens: readonly number[]): Promise<Float32Array> {
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    encoder_hidden_states: new Tensor("float32", frames, [1, frames.length / 288, 288]),
    use_cache_branch: new Tensor("bool", Uint8Array.of(0), [1]),
  };
  for (const name of published.inputNames) {
    feeds[name] ??= new Tensor("float32", new Float32Array(0), [0, 8, 1, 36]);
  }
  const { logits } = await published.run(feeds, ["logits"]);
  return logits!.data as Float32Array;
}

const findLargest = (logits: Float32Array): number =>
  logits.reduce((best, logit, i) => (logit > logits[best]! ? i : best), 0);

const computeSpread = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

it.each(["abroad/01-flite-awb.ogg", "address/02-flite-rms.ogg"])(
  "decodes %s token by token as the published file does at once",
  async (name) => {
    const frames = await encodeFrames(name);
    const step = await decoder.begin(frames);
    const tokens = [1];
    const steps: Float32Array[] = [];
    while (tokens.at(-1) !== 2 && tokens.length < 30) {
      const logits = (await step(tokens.at(-1)!)).slice();
      steps.push(logits);
      tokens.push(findLargest(logits));
    }
    expect(tokens.length).toBeGreaterThan(8);
    const whole = await runUncached(frames, tokens.slice(0, -1));
    for (const [i, logits] of steps.entries()) {
      const expected = whole.subarray(i * vocabularySize, (i + 1) * vocabularySize);
      expect(findLargest(expected), `token ${i}`).toBe(tokens[i + 1]);
      // The published file quantises the activations of all positions together, this one those of each.
      expect(computeSpread(logits.map((logit, k) => logit - expected[k]!))).toBeLessThan(
        0.06 * computeSpread(expected),
      );
    }
  },
);

it("decodes recordings side by side as it does one after the other", async () => {
  const [first, second] = [
    await encodeFrames("abroad/01-flite-awb.ogg"),
    await encodeFrames("address/02-flite-rms.ogg"),
  ];
  const alone = await decoder.begin(first);
  const expected = [(await alone(1)).slice(), (await alone(1128)).slice()];
  const [a, b] = [await decoder.begin(first), await decoder.begin(second)];
  const [logits] = [(await a(1)).slice(), await b(1), await b(3529)];
  expect(logits).toEqual(expected[0]);
  expect((await a(1128)).slice()).toEqual(expected[1]);
});
