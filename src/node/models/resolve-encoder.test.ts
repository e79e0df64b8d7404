/** Resolving encoders by name, path and repository. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createPlaces,
  descriptor,
  pretrained,
  writeDescribed,
} from "../../../test/support/encoder-places.ts";
import { startHubServer } from "../../../test/support/servers/hub-server.ts";
import { createConvModel } from "../../../test/support/tiny-onnx.ts";
import { writeWhisperFolder } from "../../../test/support/whisper-fixture.ts";
import { loadEncoder } from "./load-encoder.ts";
import { resolveEncoder, resolveGolemEncoder } from "./resolve-encoder.ts";

describe("resolving an encoder", () => {
  it("finds the built-in ones by name, and the default", async () => {
    expect((await resolveEncoder()).info.id).toBe("moonshine-tiny");
    expect((await resolveEncoder("auto")).info.id).toBe("moonshine-tiny");
    expect(await resolveEncoder("mfcc")).toMatchObject({
      info: { id: "mfcc" },
      source: { kind: "built-in" },
    });
    await expect(resolveEncoder("mfcc", { precision: "int8" })).rejects.toMatchObject({
      code: "invalid-option",
    });
    await expect(resolveEncoder("nothing")).rejects.toMatchObject({ code: "unknown-encoder" });
  });

  it("finds the form of a built-in encoder that a golem of an earlier version was trained with", async () => {
    const even = "pool=mean+std;window=76;hop=8;centre<16000";
    const { info } = await resolveEncoder("google-speech-embedding");
    expect(info.recipe).not.toBe(even);
    const recorded = { ...info, recipe: even };
    const earlier = await resolveGolemEncoder(recorded);
    expect(earlier.info).toEqual(recorded);
    expect((await resolveGolemEncoder(info)).info).toEqual(info);
    const other = { ...info, recipe: "pool=max" };
    await expect(resolveGolemEncoder(other)).rejects.toMatchObject({ code: "golem-version" });
    const samples = Float32Array.from(
      { length: 40_000 },
      (_, i) => (i < 20_000 ? 0.5 : 0.01) * Math.sin(i * i * 1e-5),
    );
    const [before, now] = [await loadEncoder(earlier), await loadEncoder(info.id)];
    expect(before.info).toEqual(recorded);
    const vectors = [(await before.encode(samples)).vector, (await now.encode(samples)).vector];
    expect(vectors[0]).not.toBeAllclose(vectors[1]!, { rtol: 1e-2, atol: 1e-2 });
    await before.dispose();
    await now.dispose();
  });

  it("finds a folder with a checkpoint, in both precisions, cut if requested", async () => {
    const { model, cache } = await createPlaces();
    const found = await resolveEncoder(model, { cache });
    expect(found.info).toMatchObject({ id: model, revision: "local", layers: 4, precision: "int8" });
    expect(Object.keys(found.info.sha256)).toEqual([
      "config.json",
      "model.safetensors",
      "preprocessor_config.json",
    ]);
    const cut = await resolveEncoder(model, { cache, precision: "fp32", layer: 1 });
    expect(cut.info).toMatchObject({ layers: 2, precision: "fp32" });
    const whole = await loadEncoder(await resolveEncoder(model, { cache, precision: "fp32" }), { cache });
    const part = await loadEncoder(cut, { cache });
    const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * i * 1e-5));
    const { vector } = await whole.encode(samples);
    expect((await part.encode(samples)).vector).toBeAllclose(vector.subarray(0, 2 * 96), {
      rtol: 1e-5,
      atol: 1e-6,
    });
    await whole.dispose();
    await part.dispose();
    await expect(resolveEncoder(model, { cache, layer: 4 })).rejects.toMatchObject({ code: "invalid-layer" });
    await expect(resolveEncoder(model, { cache, precision: "fp16" })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });

  it("finds an ONNX model with a descriptor by its folder, model or descriptor", async () => {
    const { folder } = await createPlaces();
    await writeDescribed(folder);
    for (const path of [folder, join(folder, "model.onnx"), join(folder, "golem-encoder.json")]) {
      const { info, licence } = await resolveEncoder(path);
      expect(info).toMatchObject({
        id: path,
        revision: "local",
        layers: 2,
        dimensions: 3,
        precision: "fp32",
      });
      expect(licence).toBe("MIT");
    }
    const encoder = await loadEncoder(await resolveEncoder(folder, { layer: 0 }));
    expect((await encoder.encode(new Float32Array(4000).fill(1))).vector[0]).toBeCloseTo(1);
    await encoder.dispose();
    await expect(resolveEncoder(folder, { layer: 2 })).rejects.toMatchObject({ code: "invalid-layer" });
    await expect(resolveEncoder(folder, { precision: "int8" })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });

  it("pads the input if requested, of Whisper only", async () => {
    const { folder, model, cache } = await createPlaces();
    const whisper = join(folder, "whisper");
    await writeWhisperFolder(whisper);
    const plain = await resolveEncoder(whisper, { cache });
    const padded = await resolveEncoder(`${whisper}?padded`, { cache });
    expect(padded.info.id).toBe(`${whisper}?padded`);
    expect(padded.info.recipe).not.toBe(plain.info.recipe);
    expect(await resolveGolemEncoder(padded.info, { cache })).toEqual(padded);
    expect(await resolveGolemEncoder(padded.info, { cache, encoder: whisper })).toEqual(padded);
    const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * i * 1e-5));
    const vectors = [];
    for (const found of [plain, padded]) {
      const encoder = await loadEncoder(found, { cache });
      const { vector, frames } = await encoder.encode(samples);
      expect(frames).toBe(25);
      vectors.push(vector);
      await encoder.dispose();
    }
    expect(vectors[0]).not.toEqual(vectors[1]);
    await expect(resolveEncoder(`${model}?padded`, { cache })).rejects.toMatchObject({
      code: "invalid-option",
    });
    await expect(resolveEncoder("mfcc?padded")).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("rejects a model that changed between resolving and loading", async () => {
    const { folder } = await createPlaces();
    await writeDescribed(folder);
    const found = await resolveEncoder(folder);
    await writeFile(join(folder, "model.onnx"), createConvModel(13));
    await expect(loadEncoder(found)).rejects.toMatchObject({ code: "weights-damaged" });
    const { model, cache } = await createPlaces();
    const checkpoint = await resolveEncoder(model, { cache });
    await writeFile(join(model, "config.json"), `${await readFile(join(model, "config.json"), "utf8")} `);
    await expect(loadEncoder(checkpoint, { cache })).rejects.toMatchObject({ code: "weights-damaged" });
  });

  it("names what is missing", async () => {
    const { folder } = await createPlaces();
    await expect(resolveEncoder("./no/such/folder")).rejects.toMatchObject({ code: "unknown-encoder" });
    await expect(resolveEncoder(folder)).rejects.toThrow("neither golem-encoder.json nor config.json");
    await writeFile(join(folder, "model.onnx"), createConvModel(18));
    await expect(resolveEncoder(join(folder, "model.onnx"))).rejects.toThrow("is not an encoder");
    await writeFile(join(folder, "golem-encoder.json"), "{}");
    await expect(resolveEncoder(folder)).rejects.toMatchObject({ code: "invalid-option" });
    await writeFile(
      join(folder, "golem-encoder.json"),
      JSON.stringify({ ...descriptor, model: "other.onnx" }),
    );
    await expect(resolveEncoder(folder)).rejects.toMatchObject({ code: "data-not-found" });
  });
});

describe("encoders of the Hub", () => {
  it("fetches the necessary files once, records the commit, and finds them again without a request", async () => {
    const { cache } = await createPlaces();
    const server = await startHubServer();
    const files: Record<string, Uint8Array | string> = { "README.md": "weights", "flax_model.msgpack": "no" };
    for (const name of await readdir(pretrained)) {
      if (name !== "reference.safetensors") files[name] = await readFile(join(pretrained, name));
    }
    const content = { type: "model", id: "someone/model", card: { license: "apache-2.0" } } as const;
    const commit = server.put({ ...content, files });
    const settings = await server.createSettings();
    const found = await resolveEncoder("someone/model", { cache, settings });
    expect(found.info).toMatchObject({ id: "someone/model", revision: commit, layers: 4 });
    expect(found.licence).toBe("apache-2.0");
    expect(server.log.some(({ url }) => url.includes("flax"))).toBe(false);
    const asked = server.log.length;
    await server.stop();
    const again = await resolveGolemEncoder(found.info, { cache, settings });
    expect(again.info).toEqual(found.info);
    const encoder = await loadEncoder(again, { cache });
    expect((await encoder.encode(new Float32Array(4000).fill(0.1))).vector).toHaveLength(4 * 96);
    await encoder.dispose();
    expect(server.log).toHaveLength(asked);
    const pinned = await resolveEncoder(`someone/model@${commit}`, {
      cache,
      settings: { ...settings, offline: true },
    });
    expect(pinned.info).toEqual(found.info);
  });

  it("finds an ONNX model with a descriptor", async () => {
    const server = await startHubServer();
    const files = { "onnx/model.onnx": createConvModel(17), "golem-encoder.json": "" };
    files["golem-encoder.json"] = JSON.stringify({ ...descriptor, model: "onnx/model.onnx" });
    server.put({ type: "model", id: "someone/described", files });
    const settings = await server.createSettings();
    const encoder = await loadEncoder(await resolveEncoder("someone/described", { settings }));
    expect((await encoder.encode(new Float32Array(4000).fill(1))).vector[0]).toBeCloseTo(1);
    await encoder.dispose();
    server.put({
      type: "model",
      id: "someone/described",
      files: { "golem-encoder.json": files["golem-encoder.json"] },
    });
    await expect(resolveEncoder("someone/described", { settings })).rejects.toMatchObject({
      code: "weights-missing",
    });
  });
});
