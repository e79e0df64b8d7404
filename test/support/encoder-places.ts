/** Folders with a checkpoint or a described model, and caches for them, for tests. */
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CacheFolder, getCacheFolder } from "../../src/node/disk/cache-folder.ts";
import { createScratchFolder } from "./scratch-folder.ts";
import { createConvModel } from "./tiny-onnx.ts";

/** Folder of a small checkpoint. */
export const pretrained = fileURLToPath(new URL("../fixtures/pretrained/wav2vec2", import.meta.url));
/** The descriptor of a model of one convolution. */
export const descriptor = {
  ...{ format: "golem-encoder", formatVersion: 1, licence: "MIT", sampleRate: 16_000 },
  input: { name: "wave", kind: "samples", axes: ["batch", "samples"] },
  output: { layers: ["frames", "logits"], axes: ["batch", "time", "features"], dimensions: 3 },
};

/** A copy of the checkpoint, and an empty cache. */
export async function createPlaces(): Promise<{ folder: string; cache: CacheFolder; model: string }> {
  const folder = await createScratchFolder();
  const model = join(folder, "model");
  await cp(pretrained, model, { recursive: true, filter: (path) => !path.endsWith("reference.safetensors") });
  return { folder, model, cache: getCacheFolder({ GOLEM_HOME: join(folder, "cache") }) };
}

/** Writes a model and its descriptor. */
export async function writeDescribed(folder: string): Promise<void> {
  await writeFile(join(folder, "model.onnx"), createConvModel(18));
  await writeFile(join(folder, "golem-encoder.json"), JSON.stringify(descriptor));
}
