/**
 * One convolution over a whole recording, compared with the published graph, which processes it window by
 * window.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import { openAudio } from "../audio/open-audio.ts";
import { createRandom } from "../core/random.ts";
import { loadDataset } from "../node/data/dataset-files.ts";
import { loadWeights } from "../node/models/encoder-weights.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import type { OnnxSession } from "../onnx/runtime.ts";
import type { Encoder } from "./encoder.ts";
import { createGoogleSpeechEmbedding } from "./google-speech-embedding.ts";
import { computeAmplitudeWeights, poolFrames } from "./pooling.ts";
import { createWeightReader, getEncoderDefinition } from "./registry.ts";

let encoder: Encoder;
let front: OnnxSession;
let published: OnnxSession;

beforeAll(async () => {
  const files = await loadWeights(getEncoderDefinition("google-speech-embedding"));
  const [mel, network] = [files["melspectrogram.onnx"]!, files["embedding_model.onnx"]!];
  const runtime = createNodeOnnxRuntime({ threads: 1 });
  encoder = await createGoogleSpeechEmbedding(runtime, createWeightReader(files));
  front = await runtime.createSession(mel);
  published = await runtime.createSession(network);
});
afterAll(() => Promise.all([encoder.dispose(), front.release(), published.release()]));

/** The vectors of windows processed separately, [windows, 96]. */
async function encodeSeparately(samples: Float32Array): Promise<Float32Array> {
  const loud = samples.map((value) => value * 32_767);
  const output = await front.run({ input: { dims: [1, loud.length], data: loud } });
  const mel = (Object.values(output)[0]!.data as Float32Array).map((value) => value / 10 + 2);
  const frames: number[] = [];
  for (let from = 0; from + 76 * 32 <= mel.length; from += 8 * 32) {
    const window = mel.subarray(from, from + 76 * 32);
    const { conv2d_19 } = await published.run({ input_1: { dims: [1, 76, 32, 1], data: window } });
    frames.push(...(conv2d_19!.data as Float32Array));
  }
  return Float32Array.from(frames);
}

async function compare(samples: Float32Array): Promise<void> {
  const { frames, vector } = await encoder.encode(samples);
  const separate = await encodeSeparately(samples);
  const weights = computeAmplitudeWeights(samples, separate.length / 96, { window: 12_512, hop: 1280 });
  const expected = poolFrames(separate, 96, weights);
  expect(frames).toBe(expected.frames);
  // Equal to the bit where both use the same kernels; other machines may add in another order.
  expect(vector).toBeAllclose(expected.vector, { rtol: 1e-5, atol: 1e-5 });
}

describe("equals windows processed separately", () => {
  // 16,351 samples leave seven frames over, 16,352 leave none; 12 s are processed in two runs.
  it.each([16_000, 16_351, 16_352, 40_001, 192_000])("%i random samples", async (length) => {
    const random = createRandom(length);
    await compare(Float32Array.from({ length }, (_, i) => 0.1 * random.normal() * Math.sin(i / 3_000) ** 2));
  });

  it.skipIf(!sharedData).each(["drinks", "esc10", "wakewords"])(
    `a recording of %s${sharedDataNote}`,
    async (name) => {
      const { recordings } = await loadDataset(join(sharedData!, name));
      const source = await recordings[0]!.open();
      for await (const window of (await openAudio(source)).windows()) {
        expect(window.length).toBeGreaterThan(16_000);
        await compare(window);
      }
      await source.close();
    },
  );
});
