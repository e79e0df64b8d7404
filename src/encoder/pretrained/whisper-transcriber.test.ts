/**
 * Whisper's transcripts compared with those that PyTorch computes in float64 with the same weights
 * (test/fixtures/pretrained/make_whisper_words.py); and invalid checkpoints.
 */
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { fixtureSource, memorySource } from "../../../test/support/checkpoint-files.ts";
import {
  createSpeakingWhisper,
  createTokenizer,
  generationConfig,
  getTokenText,
} from "../../../test/support/whisper-fixture.ts";
import { createNodeOnnxRuntime } from "../../node/models/onnx-runtime-node.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import type { OnnxSession } from "../../onnx/runtime.ts";
import type { Transcript } from "../transcriber.ts";
import { parseByteVocabulary } from "./byte-vocabulary.ts";
import { openCheckpoint } from "./checkpoint/open-checkpoint.ts";
import { planTranscriber } from "./families.ts";
import type { Precision } from "./linear.ts";
import type { TranscriberFiles } from "./pretrained-family.ts";

interface Case {
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly context: number[];
  readonly start: number[];
}

let files: Record<string, Uint8Array>;
let waveform: Float32Array;
let reference: { recognisedLanguage: number; cases: Record<string, Case> };
beforeAll(async () => {
  files = await createSpeakingWhisper();
  const checkpoint = await openCheckpoint({
    "model.safetensors": await fixtureSource("whisper/reference.safetensors", "model.safetensors"),
  });
  waveform = await checkpoint.readTensor("waveform");
  const place = new URL("../../../test/fixtures/pretrained/whisper-words.json", import.meta.url);
  reference = JSON.parse(await readFile(place, "utf8"));
});

const parse = (name: string): Record<string, unknown> => JSON.parse(new TextDecoder().decode(files[name]));

const plan = (language?: string, changes: Partial<TranscriberFiles> = {}) =>
  planTranscriber(
    {
      ...{ config: parse("config.json"), preprocessor: parse("preprocessor_config.json") },
      ...{ generation: generationConfig, vocabulary: { "tokenizer.json": createTokenizer() }, ...changes },
    },
    language,
  );

async function transcribe(
  language?: string,
  changes: Partial<TranscriberFiles> = {},
  precision: Precision = "fp32",
): Promise<Transcript> {
  const planned = plan(language, changes)!;
  const runtime = createNodeOnnxRuntime({ threads: 1 });
  const sessions: Record<string, OnnxSession> = {};
  for (const [name, write] of Object.entries(planned.graphs)) {
    const weights = memorySource("model.safetensors", files["model.safetensors"]!);
    const chunks: Uint8Array[] = [];
    const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
    await write(graph, await openCheckpoint({ "model.safetensors": weights }), precision);
    await graph.finish();
    sessions[name] = await runtime.createSession(new Uint8Array(Buffer.concat(chunks)));
  }
  const info = planned.describe({ id: "test", revision: "1", sha256: {}, precision });
  const transcriber = planned.create(info, sessions);
  const transcript = await transcriber.transcribe(waveform);
  await transcriber.dispose();
  return transcript;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function expectCase(transcript: Transcript, name: string): void {
  const { tokens, logprobs, context, start } = reference.cases[name]!;
  expect(transcript.text).toBe(tokens.map(getTokenText).join(""));
  expect(transcript.tokens).toBe(logprobs.length);
  expect(transcript.logprob).toBeCloseTo(mean(logprobs), 3);
  expect(transcript.vectors[0]).toBeAllclose(Float32Array.from(context), { rtol: 1e-3, atol: 2e-3 });
  expect(transcript.vectors[1]).toBeAllclose(Float32Array.from(start), { rtol: 1e-3, atol: 2e-3 });
}

describe("the transcriber of a Whisper checkpoint", () => {
  it("writes the tokens, with the log-probabilities and vectors, that PyTorch computes", async () => {
    expectCase(await transcribe("en"), "language 0");
    expectCase(await transcribe("de"), "language 1");
    expectCase(await transcribe("ru"), "language 2");
  });

  it("recognises the language from the first token", async () => {
    expect(reference.recognisedLanguage).toBe(103);
    expectCase(await transcribe(), "recognised");
  });

  it("uses no language token for a model of one language, and stops at the end token", async () => {
    const alone = { ...generationConfig, is_multilingual: false };
    expectCase(await transcribe(undefined, { generation: alone }), "one language");
    expectCase(
      await transcribe(undefined, { generation: { ...generationConfig, eos_token_id: [96] } }),
      "ends",
    );
  });

  it("finds the prompt in the texts of special tokens if no file states it", async () => {
    const { suppress_tokens, begin_suppress_tokens } = generationConfig;
    const config = { ...parse("config.json"), decoder_start_token_id: 101, eos_token_id: 100 };
    const generation = { is_multilingual: true, suppress_tokens, begin_suppress_tokens };
    expectCase(await transcribe(undefined, { config, generation }), "recognised");
  });

  it("gives nearly the same in int8", async () => {
    const { logprob, vectors } = await transcribe("de", {}, "int8");
    const { logprobs, start } = reference.cases["language 1"]!;
    expect(Math.abs(logprob - mean(logprobs))).toBeLessThan(0.5);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a, (value, i) => value * b[i]!).reduce((sum, value) => sum + value, 0);
    const own = vectors[1]!;
    expect(dot(own, start) / Math.sqrt(dot(own, own) * dot(start, start))).toBeGreaterThan(0.98);
  });

  it("is undefined without a decoder or a vocabulary", () => {
    expect(plan(undefined, { vocabulary: {} })).toBeUndefined();
    expect(plan(undefined, { config: { ...parse("config.json"), decoder_layers: 0 } })).toBeUndefined();
    expect(planTranscriber({ ...emptyFiles, config: { model_type: "hubert" } }, undefined)).toBeUndefined();
  });

  it("lists the languages of the model for an unknown one", () => {
    const source = { id: "a/b", revision: "1", sha256: {}, precision: "int8" };
    expect(() => plan("fr")!.describe(source)).toThrow(/no language 'fr'; it has en, de, ru/);
  });

  const rejected: [string, Partial<TranscriberFiles>, string][] = [
    [
      "a start beyond the vocabulary",
      { generation: { ...generationConfig, decoder_start_token_id: 120 } },
      "unknown-encoder",
    ],
    ["suppressed tokens of another kind", { generation: { suppress_tokens: ["a"] } }, "unknown-encoder"],
    [
      "a list that is too long",
      { generation: { suppress_tokens: new Array(1e5).fill(1) } },
      "unknown-encoder",
    ],
    ["a generation that is not an object", { generation: 7 }, "unknown-encoder"],
    [
      "a language beyond the vocabulary",
      { generation: { ...generationConfig, lang_to_id: { "<|en|>": 999 } } },
      "unknown-encoder",
    ],
    ["a vocabulary that is a list", { vocabulary: { "vocab.json": [1] } }, "weights-damaged"],
    ["a token beyond the vocabulary", { vocabulary: { "vocab.json": { a: 120 } } }, "weights-damaged"],
    [
      "a token that is too long",
      { vocabulary: { "vocab.json": { ["a".repeat(2000)]: 1 } } },
      "weights-damaged",
    ],
    [
      "added tokens of another kind",
      { vocabulary: { "tokenizer.json": { model: {}, added_tokens: 3 } } },
      "weights-damaged",
    ],
    ["a tokenizer without a model", { vocabulary: { "tokenizer.json": {} } }, "weights-damaged"],
  ];
  it.each(rejected)("rejects %s", (_, changes, code) => {
    expect(() => plan(undefined, changes)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    { decoder_layers: 1e6 },
    { vocab_size: 1e9 },
    { decoder_attention_heads: 5 },
    { max_target_positions: 1e9 },
    { scale_embedding: true },
  ])("rejects a decoder of %j", (changes) => {
    expect(() => plan(undefined, { config: { ...parse("config.json"), ...changes } })).toThrow(
      expect.objectContaining({ code: "unknown-encoder" }),
    );
  });

  it("rejects tensors that do not fit config.json", async () => {
    const config = { ...parse("config.json"), decoder_layers: 3 };
    await expect(transcribe("en", { config })).rejects.toMatchObject({ code: "weights-damaged" });
  });
});

const emptyFiles = { config: {}, preprocessor: {}, generation: undefined, vocabulary: {} };

describe("a byte-level vocabulary", () => {
  it("puts characters together from bytes, without special tokens, time stamps and control characters", () => {
    const vocabulary = parseByteVocabulary(
      {
        "vocab.json": { "ĠÐ¼": 0, "Ð¸ÑĢ": 1, Ċ: 2, ".": 3, Ð: 4, æĹ: 5, "¥": 6 },
        "added_tokens.json": { "<|0.00|>": 7, "<|en|>": 8 },
      },
      20,
    )!;
    expect(vocabulary.decode([8, 7, 0, 1, 2, 5, 6, 3, 4, 19])).toBe("мир 日.");
    expect([1, 3, 7, 19].map(vocabulary.hasLetterOrDigit)).toEqual([true, false, false, false]);
    expect([...vocabulary.special]).toEqual([
      ["<|0.00|>", 7],
      ["<|en|>", 8],
    ]);
  });
});
