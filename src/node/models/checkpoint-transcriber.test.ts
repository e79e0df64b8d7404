/** Transcribers of checkpoints from a folder and from the Hub: found, built, in golems, changed files. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startHubServer } from "../../../test/support/hub-server.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { writeTones } from "../../../test/support/tone-recordings.ts";
import {
  createSpeakingWhisper,
  generationConfig,
  writeSpeakingWhisper,
} from "../../../test/support/whisper-fixture.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { train } from "../train.ts";
import { loadResolvedTranscriber } from "./load-transcriber.ts";
import { resolveEncoderSet, resolveGolemEncoderSet } from "./resolve-encoder-set.ts";

async function createPlaces() {
  const folder = await createScratchFolder();
  const model = join(folder, "whisper");
  await writeSpeakingWhisper(model);
  return { folder, model, cache: getCacheFolder({ GOLEM_HOME: join(folder, "cache") }) };
}

const tone = Float32Array.from({ length: 8000 }, (_, i) => 0.3 * Math.sin(i * i * 1e-5));

describe("the transcriber of a checkpoint", () => {
  it("is found with its encoder, unless told otherwise", async () => {
    const { model, cache } = await createPlaces();
    const find = (encoder: string, choice = {}) => resolveEncoderSet({ encoder, ...choice }, { cache });
    const { encoders, transcriber } = await find(model);
    expect(transcriber!.info).toMatchObject({
      ...{ id: model, revision: "local", precision: "int8", sampleRate: 16_000 },
      vectors: [
        { name: "context", size: 4 * 48 },
        { name: "start", size: 48 },
      ],
    });
    expect(Object.keys(transcriber!.info.sha256).sort()).toEqual([
      ...["config.json", "generation_config.json", "model.safetensors"],
      ...["preprocessor_config.json", "tokenizer.json"],
    ]);
    expect(Object.keys(encoders[0]!.info.sha256)).not.toContain("tokenizer.json");
    const german = await find(`${model}?padded&language=de`);
    expect(german.encoders[0]!.info.id).toBe(`${model}?padded`);
    expect(german.transcriber!.info.id).toBe(`${model}?language=de`);
    expect((await find(`${model}?language=de&padded`)).transcriber).toEqual(german.transcriber);
    for (const choice of [{ transcript: false }, { layer: 1 }, { head: "linear" }, { precision: "fp32" }]) {
      expect((await find(model, choice)).transcriber).toBeUndefined();
    }
    await expect(find(`${model}?language=fr`)).rejects.toMatchObject({ code: "invalid-option" });
    await expect(find("mfcc?language=de")).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("is none of a checkpoint whose decoder or vocabulary is not there", async () => {
    const { folder, cache } = await createPlaces();
    const model = join(folder, "without");
    await writeSpeakingWhisper(model);
    await rename(join(model, "tokenizer.json"), join(model, "gone.json"));
    expect((await resolveEncoderSet({ encoder: model }, { cache })).transcriber).toBeUndefined();
    await expect(
      resolveEncoderSet({ encoder: `${model}?language=de` }, { cache }),
    ).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("runs in a process of its own, and notices files that changed", async () => {
    const { model, cache } = await createPlaces();
    const { transcriber } = await resolveEncoderSet({ encoder: model }, { cache });
    const loaded = await loadResolvedTranscriber(transcriber!, { cache });
    const transcript = await loaded.transcribe(tone);
    expect(transcript.text).not.toBe("");
    expect(transcript.vectors.map(({ length }) => length)).toEqual([4 * 48, 48]);
    await expect(loaded.transcribe(new Float32Array(480_160))).rejects.toMatchObject({ code: "too-long" });
    await loaded.dispose();
    const changed = JSON.stringify({ ...generationConfig, eos_token_id: 99 });
    await writeFile(join(model, "generation_config.json"), changed);
    await expect(loadResolvedTranscriber(transcriber!, { cache })).rejects.toMatchObject({
      code: "weights-damaged",
    });
  });

  it("is the same for a golem, from its folder, from another, and from the Hub", async () => {
    const { folder, model, cache } = await createPlaces();
    const { dataset } = await writeTones(folder);
    const golem = await train(dataset, { encoder: `${model}?language=de`, repeats: 1, negatives: 0, cache });
    expect(golem.encoderSet.encoders[0]!.info.id).toBe(model);
    const info = (await resolveEncoderSet({ encoder: `${model}?language=de` }, { cache })).transcriber!.info;
    const wanted = { encoders: golem.model.encoders, transcriber: info };
    const moved = join(folder, "moved");
    await rename(model, moved);
    await expect(resolveGolemEncoderSet(wanted, { cache })).rejects.toMatchObject({ code: "weights-missing" });
    const found = await resolveGolemEncoderSet(wanted, { cache, encoder: moved });
    expect(found.transcriber).toEqual({
      info,
      source: { kind: "pretrained", folder: moved, language: "de" },
    });
    await writeFile(join(moved, "tokenizer.json"), `${await readFile(join(moved, "tokenizer.json"), "utf8")} `);
    await expect(resolveGolemEncoderSet(wanted, { cache, encoder: moved })).rejects.toMatchObject({
      code: "golem-version",
    });
  });

  it("is fetched from the Hub at the commit that a golem records", async () => {
    const { cache } = await createPlaces();
    const hub = await startHubServer();
    hub.put({ type: "model", id: "someone/whisper-small", files: await createSpeakingWhisper() });
    const environment = { cache, settings: await hub.createSettings() };
    const found = await resolveEncoderSet({ encoder: "someone/whisper-small" }, environment);
    expect(found.transcriber!.info.revision).toMatch(/^[0-9a-f]{40}$/);
    const again = await resolveGolemEncoderSet(
      { encoders: found.encoders.map(({ info }) => info), transcriber: found.transcriber!.info },
      environment,
    );
    expect(again.transcriber).toEqual(found.transcriber);
  });
});
