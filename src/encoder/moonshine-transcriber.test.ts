/**
 * Moonshine as a recogniser: synthetic requests and real recordings against their texts, and unusual input.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWindow } from "../../test/support/audio-files.ts";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import { createRandom } from "../core/random.ts";
import { loadWeights } from "../node/models/encoder-weights.ts";
import { loadEncoder } from "../node/models/load-encoder.ts";
import { loadTranscriber } from "../node/models/load-transcriber.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import type { Encoder } from "./encoder.ts";
import { createMoonshineDecoder } from "./moonshine-decoder.ts";
import { moonshineSizes } from "./moonshine-sizes.ts";
import { createMoonshineTranscriber, getMoonshineTranscriberInfo } from "./moonshine-transcriber.ts";
import { createWeightReader, getTranscriberDefinition } from "./registry.ts";
import type { PooledTranscriber } from "./transcriber.ts";

let encoder: Encoder;
let transcriber: PooledTranscriber;
beforeAll(async () => {
  encoder = await loadEncoder("moonshine-tiny");
  transcriber = await loadTranscriber("moonshine-tiny", { encoder });
});
afterAll(async () => {
  await transcriber.dispose();
  await encoder.dispose();
});

const toWords = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

const makeNoise = (samples: number): Float32Array => {
  const random = createRandom(samples);
  return Float32Array.from({ length: samples }, () => 0.1 * random.normal());
};

describe("speech", () => {
  it("is transcribed, with most words right for the clearer synthetic voices", async () => {
    const folder = fileURLToPath(new URL("../../demo/banking/", import.meta.url));
    const rows: Record<string, string>[] = parse(readFileSync(`${folder}metadata.csv`), { columns: true });
    const chosen = rows.filter((row) => row.split === "test" && row.speaker === "rms").slice(0, 10);
    expect(chosen).toHaveLength(10);
    let [found, spoken] = [0, 0];
    for (const { file_name = "", text = "" } of chosen) {
      const transcript = await transcriber.transcribe(await readWindow(folder + file_name));
      const words = toWords(transcript.text);
      spoken += toWords(text).length;
      found += toWords(text).filter((word) => words.includes(word)).length;
      expect(transcript.logprob).toBeLessThan(0);
      expect(transcript.tokens).toBeGreaterThan(3);
    }
    expect(found / spoken).toBeGreaterThan(0.7);
  });

  it.skipIf(!sharedData).each([
    ["drinks/mocha/fd3fc53b-fe59-4405-a3b6-4692641eab24.flac", /16-ounce/],
    ["drinks/americano/19d5be84-9454-479c-8cfd-a86f9cad6f91.flac", /lots of sugar/],
    ["wakewords/alexa/12.mp3", /^Alexa\W?$/],
    ["wakewords/view_glass/ea91cf6d-18dd-4ef4-bc97-a66f3782cc5a.mp3", /^View glass\W?$/],
    ["commands/zero/b87bdb22_nohash_1.wav", /^Zero\W?$/],
  ])(`is the spoken text of %s${sharedDataNote}`, async (file, expected) => {
    const samples = await readWindow(`${sharedData}/${file}`);
    const first = await transcriber.transcribe(samples);
    expect(first.text).toMatch(expected);
    expect(await transcriber.transcribe(samples)).toEqual(first);
  });
});

describe("other sounds", () => {
  it.each([
    ["silence", new Float32Array(16_000)],
    ["20 ms of noise", makeNoise(320)],
    ["a second of noise", makeNoise(16_000)],
    ["a constant", new Float32Array(40_000).fill(1)],
    ["half a minute of noise", makeNoise(480_000)],
  ])("give some short text: %s", async (_, samples) => {
    const copy = samples.slice();
    const { text, logprob, tokens, steps, vectors } = await transcriber.transcribe(samples);
    expect(samples.every((sample, i) => sample === copy[i])).toBe(true);
    expect(Number.isFinite(logprob) && logprob < 0).toBe(true);
    // The end token is counted too.
    expect(tokens).toBeLessThanOrEqual(Math.max(6, Math.ceil((samples.length / 16_000) * 6.5)) + 1);
    expect(text).toBe(text.trim());
    expect(steps).toBeGreaterThanOrEqual(tokens);
    expect(vectors.map(({ length }) => length)).toEqual([1152, 288]);
    expect(vectors.every((vector) => vector.every(Number.isFinite))).toBe(true);
  });
});

it("returns the decoder vectors: the context of all steps, pooled, and the first hidden state", async () => {
  const { lastLayer, ...pooled } = await encoder.encode(
    await readWindow(
      fileURLToPath(new URL("../../demo/banking/test/abroad/01-flite-awb.ogg", import.meta.url)),
    ),
    { keepFrames: true },
  );
  const files = await loadWeights(getTranscriberDefinition("moonshine-tiny")!);
  const runtime = createNodeOnnxRuntime({ threads: 1 });
  const decoder = await createMoonshineDecoder(moonshineSizes.tiny, runtime, createWeightReader(files));
  const step = await decoder.begin(lastLayer!);
  const contexts: number[][] = [];
  const hidden: Float32Array[] = [];
  for (let token = 1; token !== 2; ) {
    const given = await step(token);
    contexts.push(Array.from(given.context));
    hidden.push(given.hidden.slice());
    token = given.ranked[0].token;
  }
  await decoder.dispose();
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = Array.from({ length: 288 }, (_, d) => contexts.map((context) => context[d]!));
  const expected = [
    columns.map(mean),
    columns.map((values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))),
    columns.map((values) => Math.max(...values)),
    columns.map((values) => Math.min(...values)),
  ].flat();

  const { vectors, steps, tokens } = await transcriber.transcribePooled({ ...pooled, lastLayer: lastLayer! });
  expect(transcriber.info.vectors).toEqual([
    { name: "context", size: 1152 },
    { name: "start", size: 288 },
  ]);
  expect([steps, tokens]).toEqual([contexts.length, contexts.length]);
  expect(vectors[0]).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  expect(vectors[1]).toBeAllclose(hidden[0]!, { rtol: 1e-4, atol: 1e-5 });
});

it("reads the frames of the pass that computes the embedding", async () => {
  const samples = makeNoise(30_000);
  const [plain, kept] = [await encoder.encode(samples), await encoder.encode(samples, { keepFrames: true })];
  expect(plain.lastLayer).toBeUndefined();
  expect(kept.vector).toEqual(plain.vector);
  expect(kept.lastLayer).toHaveLength(kept.frames * 288);
  expect(await transcriber.transcribePooled(kept)).toEqual(await transcriber.transcribe(samples));
  await expect(transcriber.transcribePooled(plain)).rejects.toMatchObject({ code: "invalid-option" });
});

it("states its identity, and only reads its own encoder", async () => {
  expect(transcriber.info).toEqual(getMoonshineTranscriberInfo(moonshineSizes.tiny));
  expect(Object.keys(transcriber.info.sha256)).toEqual(["encoder_model.onnx", "decoder_model_merged.onnx"]);
  const mfcc = await loadEncoder("mfcc");
  const runtime = {
    createSession: () => {
      throw new Error("unused");
    },
  };
  await expect(
    createMoonshineTranscriber(moonshineSizes.tiny, runtime, mfcc, createWeightReader({})),
  ).rejects.toMatchObject({
    code: "invalid-option",
  });
});
