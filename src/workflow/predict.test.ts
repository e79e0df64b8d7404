/** Samples and a WAV file of the same samples give the same predictions, bit for bit, and the same errors. */
import { beforeAll, describe, expect, it } from "vitest";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { createSampleSource } from "../audio/sample-source.ts";
import { encodeWav } from "../audio/wav-writer.ts";
import { createMemorySource } from "../core/byte-source.ts";
import { createRandom } from "../core/random.ts";
import { type EncoderSet, embedSource, getEmbedding } from "../embed/embed-source.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import type { Encoder } from "../encoder/encoder.ts";
import { createWeightReader, getEncoderDefinition } from "../encoder/registry.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import { createGivenSamples, predict } from "./predict.ts";
import { trainGolem } from "./train-golem.ts";

const rate = defaultAudioSettings.sampleRate;
let encoderSet: EncoderSet;
let model: GolemModel;
let quiet: GolemModel;

/** Noise with a tone of `hertz` in it, and silence at both ends. */
function createSound(seconds: number, hertz: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const length = Math.round(seconds * rate);
  return Float32Array.from({ length }, (_, i) =>
    i < length / 10 || i > 0.9 * length
      ? 0
      : 0.3 * Math.sin((2 * Math.PI * hertz * i) / rate) + 0.05 * random.normal(),
  );
}

async function trainOnTones(labels: readonly string[]): Promise<GolemModel> {
  const audio = { ...defaultAudioSettings, windowSeconds: 2, maximumSeconds: 20 };
  const recordings: EmbeddedRecording[] = [];
  for (const [k, label] of labels.entries()) {
    for (let n = 0; n < 4; n++) {
      const source = createSampleSource(createSound(1, 300 + 500 * k, 10 * k + n), rate, "a tone");
      const embedded = await embedSource(source, encoderSet, { audio });
      const hash = String(10 * k + n).padStart(64, "0");
      const { facts } = embedded;
      recordings.push({
        ...{ file: `${hash}.wav`, label, split: "none", fileHash: hash },
        ...{ facts, ...getEmbedding(embedded) },
      });
    }
  }
  const encoders = encoderSet.encoders.map(({ info }) => info);
  const pipeline = describeAudio(audio);
  return trainGolem(
    { name: "tones", recordings, encoders, audio, pipeline, createdBy: "a test" },
    { seed: 0, repeats: 1 },
  );
}

/** The prediction, or the error, from samples and from a WAV file of them. */
async function predictBoth(golem: GolemModel, samples: Float32Array): Promise<unknown[]> {
  const wav = createMemorySource(encodeWav(samples, rate, "float32"), "the samples given");
  const sources = [createGivenSamples(samples), wav];
  return Promise.all(
    sources.map((source) =>
      predict(golem, encoderSet, source).catch(({ code, message, hint }) => ({ code, message, hint })),
    ),
  );
}

beforeAll(async () => {
  encoderSet = {
    encoders: [await getEncoderDefinition("mfcc").create({} as OnnxRuntime, createWeightReader({}))],
  };
  model = await trainOnTones(["low", "high"]);
  quiet = await trainOnTones(["low", "_silence"]);
});

describe("predicting samples", () => {
  it("predicts exactly as from a WAV file of the same samples", async () => {
    const notFinite = createSound(1, 300, 3);
    notFinite.set([Number.NaN, Number.POSITIVE_INFINITY], 8000);
    for (const samples of [
      createSound(1, 300, 1),
      createSound(7, 800, 2),
      createSound(0.03, 800, 2),
      createSound(1, 300, 1).map((value) => 5 * value),
      notFinite,
    ]) {
      const [direct, file] = await predictBoth(model, samples);
      expect(direct).toEqual(file);
      expect(direct).toHaveProperty("label");
    }
    expect(await predictBoth(model, notFinite)).toMatchObject([
      { warnings: [{ code: "not-finite" }] },
      { warnings: [{ code: "not-finite" }] },
    ]);
  });

  it("rejects samples that it would reject as a WAV file", async () => {
    for (const [samples, code] of [
      [new Float32Array(rate), "silent"],
      [createSound(1, 300, 1).subarray(4000, 4200), "too-short"],
      [createSound(21, 300, 1), "too-long"],
    ] as const) {
      const [direct, file] = await predictBoth(model, samples);
      expect(direct).toEqual(file);
      expect(direct).toMatchObject({ code });
    }
    const [direct, file] = await predictBoth(model, new Float32Array(0));
    expect([direct, file]).toMatchObject([{ code: "no-samples" }, { code: "no-samples" }]);
  });

  it("predicts silence with a golem that has a class for it", async () => {
    const [direct, file] = await predictBoth(quiet, new Float32Array(3 * rate));
    expect(direct).toEqual(file);
    expect(direct).toHaveProperty("label");
  });

  it("stops when aborted", async () => {
    const source = createGivenSamples(createSound(1, 300, 1));
    const signal = AbortSignal.abort();
    await expect(predict(model, encoderSet, source, { signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it("resamples for encoders with another sample rate", async () => {
    const windows: Float32Array[] = [];
    const [{ info }] = encoderSet.encoders as [Encoder];
    const encoder: Encoder = {
      info: { ...info, sampleRate: 8000 },
      async encode(window) {
        windows.push(window.slice());
        return { frames: 1, vector: new Float32Array(info.layers * 2 * info.dimensions) };
      },
      async dispose() {},
    };
    const samples = createSound(5, 440, 1);
    for (const source of [
      createGivenSamples(samples),
      createMemorySource(encodeWav(samples, rate, "float32"), "a file"),
    ]) {
      await embedSource(source, { encoders: [encoder] });
    }
    expect(windows).toHaveLength(2);
    expect(windows[0]).toEqual(windows[1]);
  });
});
