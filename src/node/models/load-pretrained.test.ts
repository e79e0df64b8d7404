/**
 * Pretrained models from a folder: built once, reused, rebuilt if a file changes; errors name missing or
 * damaged files.
 */
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fixtureSource } from "../../../test/support/checkpoint-files.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { openCheckpoint } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { loadPreparedCheckpoint, preparePretrained } from "./load-pretrained.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/pretrained/${name}`, import.meta.url));

async function createPlaces(model: string) {
  const scratch = await createScratchFolder();
  const folder = join(scratch, "model");
  await cp(fixture(model), folder, { recursive: true });
  return { folder, cache: getCacheFolder({ GOLEM_HOME: join(scratch, "cache") }) };
}

describe("pretrained encoders", () => {
  it.each(["wav2vec2", "wav2vec2-large", "hubert"])("creates an encoder from %s", async (model) => {
    const { folder, cache } = await createPlaces(model);
    const reference = await openCheckpoint({
      "model.safetensors": await fixtureSource(`${model}/reference.safetensors`, "model.safetensors"),
    });
    const source = { folder, id: "someone/model", revision: "abc" };
    const encoder = await loadPreparedCheckpoint(
      await preparePretrained(source, { cache, precision: "fp32" }),
    );
    const { info } = encoder;
    expect(info).toMatchObject({
      id: "someone/model",
      revision: "abc",
      layers: 4,
      dimensions: 48,
      precision: "fp32",
    });
    expect(Object.keys(info.sha256)).toHaveLength(3);
    const { vector, frames } = await encoder.encode(await reference.readTensor("waveform"));
    expect(frames).toBe(29);
    expect(vector.subarray(-96, -48)).toBeAllclose(await reference.readTensor("mean"), {
      rtol: 0,
      atol: 1e-4,
    });
    expect(vector.subarray(-48)).toBeAllclose(await reference.readTensor("std"), { rtol: 0, atol: 1e-4 });
    const short = await encoder.encode(Float32Array.from({ length: 320 }, (_, i) => Math.sin(i)));
    expect(short.frames).toBe(1);
    const silent = await encoder.encode(new Float32Array(1600));
    expect(silent.vector.every(Number.isFinite)).toBe(true);
    await encoder.dispose();
  });

  it("builds each graph once, and again when the weights change", async () => {
    const { folder, cache } = await createPlaces("wav2vec2");
    const first = await preparePretrained({ folder }, { cache });
    const { mtimeMs } = await stat(first.path);
    expect(await preparePretrained({ folder }, { cache })).toMatchObject({
      path: first.path,
      info: first.info,
    });
    expect((await stat(first.path)).mtimeMs).toBe(mtimeMs);
    expect(first.info).toMatchObject({ id: "model", precision: "int8" });

    const cut = await preparePretrained({ folder }, { cache, throughLayer: 1 });
    expect(cut.info.layers).toBe(2);
    expect((await stat(cut.path)).size).toBeLessThan((await stat(first.path)).size);

    const weights = join(folder, "model.safetensors");
    const bytes = await readFile(weights);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(weights, bytes);
    const changed = await preparePretrained({ folder }, { cache });
    expect(changed.path).not.toBe(first.path);
    expect(changed.info.revision).not.toBe(first.info.revision);
    expect(await readdir(join(changed.path, ".."))).toEqual(["int8-3.onnx", "int8-3.onnx.sha256"]);
  });

  it("leaves no files if the weights do not match", async () => {
    const { folder, cache } = await createPlaces("hubert");
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    await writeFile(join(folder, "config.json"), JSON.stringify({ ...config, hidden_size: 96 }));
    await expect(preparePretrained({ folder }, { cache })).rejects.toMatchObject({ code: "weights-damaged" });
    const graphs = await readdir(join(cache.encoders, "pretrained encoders"), { recursive: true });
    expect(graphs.filter((name) => name.includes("onnx"))).toEqual([]);
  });

  it("names missing files", async () => {
    const { folder, cache } = await createPlaces("hubert");
    await expect(preparePretrained({ folder }, { cache, throughLayer: 9 })).rejects.toMatchObject({
      code: "invalid-layer",
    });
    await rm(join(folder, "pytorch_model.bin"));
    await expect(preparePretrained({ folder }, { cache })).rejects.toThrow("has no weights; expected one of");
    await writeFile(join(folder, "config.json"), "{");
    await expect(preparePretrained({ folder }, { cache })).rejects.toMatchObject({ code: "weights-damaged" });
    await writeFile(join(folder, "config.json"), '{"model_type":"bert"}');
    await cp(fixture("hubert/pytorch_model.bin"), join(folder, "pytorch_model.bin"));
    await expect(preparePretrained({ folder }, { cache })).rejects.toThrow('of type "bert"');
    const empty = join(folder, "empty");
    await mkdir(empty);
    await expect(preparePretrained({ folder: empty }, { cache })).rejects.toThrow("has no config.json");
  });
});
