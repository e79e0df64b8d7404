/**
 * wav2vec2 and HuBERT graphs compared with hidden states that torchaudio computed in float64 from the same
 * checkpoints.
 */
import { describe, expect, it } from "vitest";
import { fixtureSource } from "../../../test/support/checkpoint-files.ts";
import { computeCosine } from "../../../test/support/cosine.ts";
import { runLayers } from "../../../test/support/run-layers.ts";
import { createNodeOnnxRuntime } from "../../node/models/onnx-runtime-node.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import { normaliseSamples } from "../input-preparation.ts";
import { openCheckpoint } from "./checkpoint/open-checkpoint.ts";
import { selectTensors } from "./encoder-tensors.ts";
import type { Precision } from "./linear.ts";
import { samplesInput, writeWav2Vec2Graph } from "./wav2vec2.ts";
import { parseWav2Vec2Config, parseWav2Vec2Preprocessor } from "./wav2vec2-config.ts";
import { describeWav2Vec2Tensors } from "./wav2vec2-tensors.ts";

const models = {
  wav2vec2: "model.safetensors",
  "wav2vec2-large": "pytorch_model.bin",
  hubert: "pytorch_model.bin",
} as const;
type Model = keyof typeof models;
const all = Object.keys(models) as Model[];

async function readJson(path: string): Promise<unknown> {
  const source = await fixtureSource(path);
  return JSON.parse(new TextDecoder().decode(await source.read(0, source.byteLength)));
}

/** The reference of a fixture: tensors by name. */
async function openReference(model: Model) {
  return openCheckpoint({
    "model.safetensors": await fixtureSource(`${model}/reference.safetensors`, "model.safetensors"),
  });
}

/** Builds a fixture's graph with its layers as outputs, and runs it. */
async function runModel(
  model: Model,
  input: Float32Array,
  options: { precision: Precision; throughLayer?: number },
) {
  const config = parseWav2Vec2Config(await readJson(`${model}/config.json`));
  const file = models[model];
  const checkpoint = await openCheckpoint({ [file]: await fixtureSource(`${model}/${file}`) });
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
  await writeWav2Vec2Graph(
    graph,
    selectTensors(checkpoint, describeWav2Vec2Tensors(config)),
    config,
    options,
  );
  await graph.finish();
  const layers = (options.throughLayer ?? config.num_hidden_layers) + 1;
  const run = await runLayers(chunks, samplesInput, input, layers);
  return { ...run, hidden: config.hidden_size };
}

/** Mean and population standard deviation over time of [frames, hidden], in float64. */
function pool(values: Float32Array, hidden: number): Float32Array {
  const frames = values.length / hidden;
  const result = new Float32Array(2 * hidden);
  for (let d = 0; d < hidden; d++) {
    let mean = 0;
    for (let t = 0; t < frames; t++) mean += values[t * hidden + d]! / frames;
    let variance = 0;
    for (let t = 0; t < frames; t++) variance += (values[t * hidden + d]! - mean) ** 2 / frames;
    result[d] = mean;
    result[hidden + d] = Math.sqrt(variance);
  }
  return result;
}

describe.each(all)("%s", (model) => {
  it("normalises the input as the feature extractor does", async () => {
    const reference = await openReference(model);
    const input = normaliseSamples(await reference.readTensor("waveform"));
    expect(input).toBeAllclose(await reference.readTensor("input"), { rtol: 1e-5, atol: 1e-5 });
  });

  it("computes every hidden state and every pooled layer in fp32", async () => {
    const reference = await openReference(model);
    const { layers, pooled, frames, hidden } = await runModel(model, await reference.readTensor("input"), {
      precision: "fp32",
    });
    expect(frames).toBe(layers[0]!.length / hidden);
    for (const [i, layer] of layers.entries()) {
      const expected = await reference.readTensor(`hidden_states.${i}`);
      expect(layer).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 });
      const vector = pooled.subarray(i * 2 * hidden, (i + 1) * 2 * hidden);
      expect(vector).toBeAllclose(pool(expected, hidden), { rtol: 0, atol: 1e-4 });
    }
    const last = pooled.subarray(-2 * hidden);
    expect(last.subarray(0, hidden)).toBeAllclose(await reference.readTensor("mean"), {
      rtol: 0,
      atol: 1e-4,
    });
    expect(last.subarray(hidden)).toBeAllclose(await reference.readTensor("std"), { rtol: 0, atol: 1e-4 });
  });

  it("gives nearly the same pooled layers in int8", async () => {
    const reference = await openReference(model);
    const { layers, pooled, hidden } = await runModel(model, await reference.readTensor("input"), {
      precision: "int8",
    });
    for (let i = 0; i < layers.length; i++) {
      const expected = pool(await reference.readTensor(`hidden_states.${i}`), hidden);
      expect(computeCosine(pooled.subarray(i * 2 * hidden, (i + 1) * 2 * hidden), expected)).toBeGreaterThan(
        0.995,
      );
    }
  });

  it.each([0, 1, 2])("cut above layer %i, equals the whole graph up to there", async (throughLayer) => {
    const input = await (await openReference(model)).readTensor("input");
    const whole = await runModel(model, input, { precision: "fp32" });
    const cut = await runModel(model, input, { precision: "fp32", throughLayer });
    expect(cut.pooled.length).toBe((throughLayer + 1) * 2 * cut.hidden);
    expect(cut.pooled).toBeAllclose(whole.pooled.subarray(0, cut.pooled.length), { rtol: 0, atol: 1e-5 });
    expect(cut.frames).toBe(whole.frames);
  });

  it("accepts every length from 400 samples on", async () => {
    const input = await (await openReference(model)).readTensor("input");
    for (const length of [400, 401, 719, 720, 1039, 1040, 2001]) {
      const { frames } = await runModel(model, input.slice(0, length), { precision: "int8" });
      expect(frames).toBe(Math.floor((length - 400) / 320) + 1);
    }
  });
});

describe("tensors", () => {
  it("lists all tensors that are missing, unexpected or of another shape in one error", async () => {
    const config = parseWav2Vec2Config({
      ...((await readJson("wav2vec2/config.json")) as object),
      num_hidden_layers: 2,
      intermediate_size: 97,
      conv_bias: true,
    });
    const checkpoint = await openCheckpoint({
      "model.safetensors": await fixtureSource("wav2vec2/model.safetensors"),
    });
    const select = () => selectTensors(checkpoint, describeWav2Vec2Tensors(config));
    expect(select).toThrow(expect.objectContaining({ code: "weights-damaged" }));
    expect(select).toThrow("7 missing (feature_extractor.conv_layers.0.conv.bias");
    expect(select).toThrow("16 not expected (encoder.layers.2.");
    expect(select).toThrow(
      "encoder.layers.0.feed_forward.intermediate_dense.weight is [96, 48], expected [97, 48]",
    );
  });

  it("ignores heads and anything else outside the encoder", async () => {
    const checkpoint = await openCheckpoint({
      "pytorch_model.bin": await fixtureSource("hubert/pytorch_model.bin"),
    });
    expect(checkpoint.names).toContain("lm_head.weight");
    const config = parseWav2Vec2Config(await readJson("hubert/config.json"));
    const tensors = selectTensors(checkpoint, describeWav2Vec2Tensors(config));
    expect(tensors.has("encoder.layer_norm.weight")).toBe(true);
    expect(tensors.has("lm_head.weight")).toBe(false);
  });

  it("reads a positional convolution whose weight norm has been removed", async () => {
    const reference = await openReference("wav2vec2");
    const input = await reference.readTensor("input");
    const source = await fixtureSource("wav2vec2/model.safetensors");
    const checkpoint = await openCheckpoint({ "model.safetensors": source });
    const config = parseWav2Vec2Config(await readJson("wav2vec2/config.json"));
    const { readPositionalWeights, positionalConvolution } = await import("./wav2vec2-tensors.ts");
    const folded = await readPositionalWeights(
      selectTensors(checkpoint, describeWav2Vec2Tensors(config)),
      config.num_conv_pos_embeddings,
    );
    const plain = {
      names: [
        ...checkpoint.names.filter((name) => !name.startsWith(`${positionalConvolution}.weight`)),
        `${positionalConvolution}.weight`,
      ],
      getShape: (name: string) =>
        name === `${positionalConvolution}.weight` ? [48, 12, 16] : checkpoint.getShape(name),
      readTensor: async (name: string) =>
        name === `${positionalConvolution}.weight` ? folded : checkpoint.readTensor(name),
    };
    const tensors = selectTensors(plain, describeWav2Vec2Tensors(config));
    const chunks: Uint8Array[] = [];
    const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
    await writeWav2Vec2Graph(graph, tensors, config, { precision: "fp32" });
    await graph.finish();
    const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(
      new Uint8Array(Buffer.concat(chunks)),
    );
    const result = await session.run({ [samplesInput]: { dims: [1, input.length], data: input } });
    const last = (result.golem_pooled!.data as Float32Array).subarray(-96, -48);
    expect(last).toBeAllclose(await reference.readTensor("mean"), { rtol: 0, atol: 1e-4 });
    await session.release();
  });
});

describe("config", () => {
  it.each([
    ["another family", { model_type: "wavlm" }, "model_type"],
    ["another activation", { hidden_act: "relu" }, "hidden_act"],
    ["heads that do not divide", { num_attention_heads: 5 }, "num_attention_heads"],
    ["adapters", { adapter_attn_dim: 16 }, "adapter_attn_dim"],
    ["an absurd size", { hidden_size: 1e9 }, "hidden_size"],
    ["lists of different lengths", { conv_stride: [5] }, "conv_dim"],
  ])("rejects %s and names the field", async (_, change, where) => {
    const json = { ...((await readJson("wav2vec2/config.json")) as object), ...change };
    expect(() => parseWav2Vec2Config(json)).toThrow(
      expect.objectContaining({ code: "unknown-encoder", message: expect.stringContaining(where) }),
    );
  });

  it("reports another sample rate as unsupported", () => {
    expect(() => parseWav2Vec2Preprocessor({ sampling_rate: 8000 })).toThrow("sampling_rate");
    expect(parseWav2Vec2Preprocessor({})).toEqual({ do_normalize: true, sampling_rate: 16_000 });
  });

  it("rejects a layer that does not exist", async () => {
    await expect(
      runModel("wav2vec2", new Float32Array(400), { precision: "fp32", throughLayer: 4 }),
    ).rejects.toThrow("0 to 3");
  });
});
