/**
 * Encoders as parts of a graph, in one session for all lengths, compared with the encoders run separately.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createConvModel } from "../../../test/support/tiny-onnx.ts";
import { writeWhisperFolder } from "../../../test/support/whisper-fixture.ts";
import { createRandom } from "../../core/random.ts";
import { createGraphMerge } from "../../onnx/graph-merge.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { loadEncoder } from "../models/load-encoder.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";
import { resolveEncoder } from "../models/resolve-encoder.ts";
import { loadEncoderGraph } from "./golem-onnx.ts";

const random = createRandom(7);
const sound = Float32Array.from({ length: 40_000 }, (_, i) => 0.3 * Math.sin(i / 7) + 0.1 * random.normal());
/**
 * Lengths in samples: reflected by all encoders, reflected by some, centred in a second, and long; some are
 * odd.
 */
const lengths = [320, 893, 5001, 15_999, 16_000, 40_000];

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/pretrained/${name}`, import.meta.url));

/**
 * Compares every layer at every length. Pretrained models are in fp32, since rounding of int8 arithmetic may
 * increase a tiny difference to a whole step.
 */
async function compare(id: string, scratch?: string, precision?: "fp32"): Promise<void> {
  const cache = getCacheFolder(scratch === undefined ? undefined : { GOLEM_HOME: join(scratch, "cache") });
  const resolved = await resolveEncoder(id, { cache, precision });
  const encoder = await loadEncoder(resolved, { cache });
  const graph = createGraphMerge();
  const getLayer = (await loadEncoderGraph(resolved, { cache }))(graph, "samples", "part/");
  const { layers, dimensions } = resolved.info;
  const outputs = Array.from({ length: layers }, (_, layer) => ({
    ...{ name: getLayer(layer), type: "float32" as const, shape: [1, 1, 2 * dimensions] },
  }));
  const model = graph.finish([{ name: "samples", type: "float32", shape: [1, "samples"] }], outputs, {});
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  try {
    for (const length of lengths) {
      const samples = sound.subarray(0, length);
      const result = await session.run({ samples: { dims: [1, length], data: samples } });
      const { vector } = await encoder.encode(samples);
      for (const [layer, { name }] of outputs.entries()) {
        const expected = vector.subarray(layer * 2 * dimensions, (layer + 1) * 2 * dimensions);
        const scale = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length);
        expect(result[name]!.data as Float32Array).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 * scale });
      }
    }
  } finally {
    await session.release();
    await encoder.dispose();
  }
}

it.each(["moonshine-tiny", "google-speech-embedding"])("%s gives the same embeddings in a graph", (id) =>
  compare(id),
);

it.each(["wav2vec2", "hubert"])("%s, built from its checkpoint, too", async (name) => {
  await compare(fixture(name), await createScratchFolder(), "fp32");
});

it.each(["", "?padded"])("whisper%s, too", async (mark) => {
  const scratch = await createScratchFolder();
  await writeWhisperFolder(join(scratch, "whisper"));
  await compare(`${join(scratch, "whisper")}${mark}`, scratch, "fp32");
});

const descriptor = {
  ...{ format: "golem-encoder", formatVersion: 1, sampleRate: 16_000, minimumSamples: 1000 },
  input: {
    ...{ name: "wave", kind: "samples", axes: ["batch", "samples"] },
    ...{ normalise: "zero-mean-unit-variance", gain: 3 },
  },
  output: { layers: ["frames", "logits"], axes: ["batch", "time", "features"], dimensions: 3 },
};

async function writeDescribed(folder: string, opset: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "golem-encoder.json"), JSON.stringify(descriptor));
  await writeFile(join(folder, "model.onnx"), createConvModel(opset));
  return folder;
}

it.each([13, 17])("a described model of operator set %i, too", async (opset) => {
  const scratch = await createScratchFolder();
  await compare(await writeDescribed(join(scratch, "described"), opset), scratch);
});

it.each([
  ["other operator sets", 18, /version 18 of ONNX's operators; 13 to 17/],
  ["older ones", 11, /version 11/],
])("rejects %s with a clear message", async (_, opset, message) => {
  const scratch = await createScratchFolder();
  const work = compare(await writeDescribed(join(scratch, "described"), opset), scratch);
  await expect(work).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringMatching(message),
  });
});

it("rejects an encoder without a network with a clear message", async () => {
  await expect(compare("mfcc")).rejects.toMatchObject({ code: "invalid-option" });
});
