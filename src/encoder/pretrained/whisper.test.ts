/**
 * Whisper's graph compared with log-mel frames and hidden states that PyTorch computed in float64 from the
 * same checkpoint.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fixtureSource, memorySource } from "../../../test/support/checkpoint-files.ts";
import { computeCosine } from "../../../test/support/cosine.ts";
import { runLayers } from "../../../test/support/run-layers.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { readWhisperWeights, writeWhisperFolder } from "../../../test/support/whisper-fixture.ts";
import { getCacheFolder } from "../../node/disk/cache-folder.ts";
import { loadPreparedCheckpoint, preparePretrained } from "../../node/models/load-pretrained.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import { poolFrames } from "../pooling.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { openCheckpoint } from "./checkpoint/open-checkpoint.ts";
import { planPretrained } from "./families.ts";
import type { Precision } from "./linear.ts";

const hidden = 48;
const layerCount = 4;

async function readJson(name: string): Promise<Record<string, unknown>> {
  const source = await fixtureSource(`whisper/${name}`);
  return JSON.parse(new TextDecoder().decode(await source.read(0, source.byteLength)));
}

let reference: Checkpoint;
let weights: Uint8Array;
let config: Record<string, unknown>;
let waveform: Float32Array;
beforeAll(async () => {
  weights = await readWhisperWeights();
  config = await readJson("config.json");
  reference = await openCheckpoint({
    "model.safetensors": await fixtureSource("whisper/reference.safetensors", "model.safetensors"),
  });
  waveform = await reference.readTensor("waveform");
});

/** Builds the graph with log-mel frames and layers as outputs, and runs it. */
async function runModel(
  input: Float32Array,
  options: { padded?: boolean; precision?: Precision; throughLayer?: number } = {},
) {
  const { padded, precision = "fp32", throughLayer } = options;
  const plan = planPretrained(config, await readJson("preprocessor_config.json"), { padded });
  const checkpoint = await openCheckpoint({
    "model.safetensors": memorySource("model.safetensors", weights),
  });
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
  await plan.write(graph, checkpoint, { precision, throughLayer });
  await graph.finish();
  const layers = (throughLayer ?? layerCount - 1) + 1;
  const { more, ...run } = await runLayers(chunks, plan.input, input, layers, ["log_mel"]);
  return { ...run, mel: more[0]! };
}

/** Transposes [bands, frames] to [frames, bands]. */
function turn(values: Float32Array, bands: number): Float32Array {
  const frames = values.length / bands;
  return Float32Array.from(values, (_, i) => values[(i % bands) * frames + Math.floor(i / bands)]!);
}

const layerOf = (pooled: Float32Array, i: number) => pooled.subarray(i * 2 * hidden, (i + 1) * 2 * hidden);

describe("Whisper", () => {
  it("computes log-mel frames as the feature extractor does, at true length and padded", async () => {
    const { mel } = await runModel(waveform);
    const expected = turn(await reference.readTensor("input_nopad"), 80);
    expect(mel).toHaveLength(73 * 80);
    expect(mel).toBeAllclose(expected, { rtol: 0, atol: 1e-4 });
    const padded = (await runModel(waveform, { padded: true })).mel;
    expect(padded).toHaveLength(3000 * 80);
    const first = turn(await reference.readTensor("input"), 80);
    expect(padded.subarray(0, first.length)).toBeAllclose(first, { rtol: 0, atol: 1e-4 });
  });

  it("gives the last hidden state at true length", async () => {
    const { layers, pooled, frames } = await runModel(waveform);
    const expected = await reference.readTensor("last_hidden_state_nopad");
    expect(frames).toBe(37);
    expect(layers.at(-1)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-3 });
    expect(layerOf(pooled, 3)).toBeAllclose(poolFrames(expected, hidden).vector, { rtol: 0, atol: 1e-4 });
  });

  it("gives every hidden state padded to 30 s, and pools the frames that are not padding", async () => {
    const { layers, pooled, frames } = await runModel(waveform, { padded: true });
    expect(frames).toBe(37);
    for (let i = 0; i < layerCount; i++) {
      const expected = await reference.readTensor(`hidden_states.${i}`);
      expect(layers[i]).toHaveLength(1500 * hidden);
      expect(layers[i]!.subarray(0, expected.length)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-3 });
      const pooledFrames = poolFrames(expected.subarray(0, frames * hidden), hidden);
      expect(layerOf(pooled, i)).toBeAllclose(pooledFrames.vector, { rtol: 0, atol: 1e-4 });
    }
  });

  it.each([false, true])("gives nearly the same pooled layers in int8 (padded: %s)", async (padded) => {
    const exact = await runModel(waveform, { padded });
    const { pooled } = await runModel(waveform, { padded, precision: "int8" });
    for (let i = 0; i < layerCount; i++) {
      expect(computeCosine(layerOf(pooled, i), layerOf(exact.pooled, i))).toBeGreaterThan(0.995);
    }
  });

  it.each([0, 1, 2])("cut above layer %i, equals the whole graph up to there", async (throughLayer) => {
    const whole = await runModel(waveform);
    const { pooled, layers } = await runModel(waveform, { throughLayer });
    expect(layers).toHaveLength(throughLayer + 1);
    expect(pooled).toBeAllclose(whole.pooled.subarray(0, pooled.length), { rtol: 1e-5, atol: 1e-6 });
  });

  it("encodes clips of any length up to 30 s", async () => {
    const scratch = await createScratchFolder();
    await writeWhisperFolder(join(scratch, "model"));
    const cache = getCacheFolder({ GOLEM_HOME: join(scratch, "cache") });
    const prepared = await preparePretrained({ folder: join(scratch, "model") }, { cache });
    const encoder = await loadPreparedCheckpoint(prepared);
    expect(encoder.info).toMatchObject({ layers: 4, dimensions: hidden, precision: "int8" });
    for (const [samples, frames] of [
      [320, 1],
      [401, 1],
      [4799, 15],
      [4800, 15],
      [480_000, 1500],
    ] as const) {
      const pooled = await encoder.encode(
        waveform.length >= samples ? waveform.subarray(0, samples) : new Float32Array(samples),
      );
      expect(pooled.frames).toBe(frames);
      expect(pooled.vector.every(Number.isFinite)).toBe(true);
    }
    await expect(encoder.encode(new Float32Array(480_160))).rejects.toMatchObject({ code: "too-long" });
    await encoder.dispose();
  });

  it.each([
    [{ num_mel_bins: 40 }, "num_mel_bins"],
    [{ encoder_attention_heads: 5 }, "encoder_attention_heads"],
    [{ activation_function: "relu" }, "activation_function"],
  ])("rejects unsupported settings: %j", (changes, message) => {
    expect(() => planPretrained({ ...config, ...changes }, undefined)).toThrow(message);
  });

  it("rejects a feature extractor that does not fit", () => {
    expect(() => planPretrained(config, { feature_size: 128 })).toThrow("feature_size is 128");
    expect(() => planPretrained(config, { hop_length: 80 })).toThrow("hop_length");
  });
});
