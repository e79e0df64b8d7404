/** Transcribers of checkpoints from a folder and from the Hub: resolved, built, used in golems, changed. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { writeTones } from "../../../test/support/recordings/tone-recordings.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createForm, serve } from "../../../test/support/served.ts";
import { startHubServer } from "../../../test/support/servers/hub-server.ts";
import {
  createSpeakingWhisper,
  generationConfig,
  writeSpeakingWhisper,
} from "../../../test/support/whisper-fixture.ts";
import { defaultAudioSettings } from "../../audio/audio.ts";
import { describeAudio } from "../../audio/audio-description.ts";
import { createRandom } from "../../core/random.ts";
import { createMemoryStore } from "../../embed/memory-store.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { embedRecordings } from "../data/embed-recordings.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { writeGolemFolder } from "../disk/golem-folder.ts";
import { loadGolem } from "../golem.ts";
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
  it("is found with its encoder, unless excluded by an option", async () => {
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

  it("is undefined for a checkpoint without a decoder or a vocabulary", async () => {
    const { folder, cache } = await createPlaces();
    const model = join(folder, "without");
    await writeSpeakingWhisper(model);
    await rename(join(model, "tokenizer.json"), join(model, "gone.json"));
    expect((await resolveEncoderSet({ encoder: model }, { cache })).transcriber).toBeUndefined();
    await expect(resolveEncoderSet({ encoder: `${model}?language=de` }, { cache })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });

  it("runs in its own process, and rejects changed files", async () => {
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

  it("writes transcripts for golems, in this process and on a server", async () => {
    const { folder, cache } = await createPlaces();
    const model = join(folder, "sure");
    await writeSpeakingWhisper(model, 6);
    vi.stubEnv("GOLEM_HOME", join(folder, "cache"));
    onTestFinished(() => void vi.unstubAllEnvs());
    const { dataset, files } = await writeTones(folder, 10);
    const { encoders, transcriber } = await resolveEncoderSet({ encoder: model }, { cache });
    const { embedded } = await embedRecordings(dataset.recordings, {
      ...{ encoders, transcriber, store: createMemoryStore(), cache },
    });
    expect(new Set(embedded.map(({ text }) => text)).size).toBeGreaterThan(1);
    // Random vectors, so that only the transcript distinguishes the classes.
    const random = createRandom(1);
    const recordings = embedded.map((row) => ({
      ...row,
      vectors: row.vectors.map((vector) => vector.map(() => random.normal())),
    }));
    const golem = await trainGolem(
      {
        ...{ name: "tones", recordings, encoders: encoders.map(({ info }) => info), createdBy: "a test" },
        ...{ transcriber: transcriber!.info, audio: defaultAudioSettings },
        pipeline: describeAudio(defaultAudioSettings),
      },
      { seed: 0, repeats: 1 },
    );
    expect(golem.transcriber).toEqual(transcriber!.info);
    const place = join(folder, "golem");
    await writeGolemFolder(place, golem, "");
    const loaded = await loadGolem(place);
    const own = await loaded.predict(files[1]!);
    await loaded.dispose();
    expect(own).toMatchObject({ label: "high", transcript: embedded[1]!.text });
    expect(own.transcript).not.toBe("");
    const served = await serve({ golems: [place], workers: 1 });
    const form = createForm({ "high.wav": await readFile(files[1]!) });
    const response = await served.fetch("/v1/golems/golem/predict", { method: "POST", body: form });
    expect(await response.json()).toMatchObject([{ label: "high", transcript: own.transcript }]);
    await served.server.close();
  });

  it("is found for a golem in its folder or a copy of it, but not in a changed one", async () => {
    const { folder, model, cache } = await createPlaces();
    const set = await resolveEncoderSet({ encoder: `${model}?language=de` }, { cache });
    const { info } = set.transcriber!;
    const wanted = { encoders: set.encoders.map((encoder) => encoder.info), transcriber: info };
    expect(await resolveGolemEncoderSet(wanted, { cache })).toEqual(set);
    const moved = join(folder, "moved");
    await rename(model, moved);
    await expect(resolveGolemEncoderSet(wanted, { cache })).rejects.toMatchObject({
      code: "weights-missing",
    });
    const found = await resolveGolemEncoderSet(wanted, { cache, encoder: moved });
    expect(found.transcriber).toEqual({
      info,
      source: { kind: "pretrained", folder: moved, language: "de" },
    });
    await writeFile(
      join(moved, "tokenizer.json"),
      `${await readFile(join(moved, "tokenizer.json"), "utf8")} `,
    );
    await expect(resolveGolemEncoderSet(wanted, { cache, encoder: moved })).rejects.toMatchObject({
      code: "golem-version",
    });
  });

  it("is fetched from the Hub at the commit recorded in a golem", async () => {
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
