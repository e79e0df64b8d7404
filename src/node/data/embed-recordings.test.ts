/** Embedding with the real encoders, on this thread and on workers; dying workers, interruptions and kills included. */
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createWav } from "../../../test/support/audio-files.ts";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { watchWorkers } from "../../../test/support/watch-workers.ts";
import { listVariations } from "../../augment/variation.ts";
import type { GolemError } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import { createRandom } from "../../core/random.ts";
import type { Recording } from "../../dataset/dataset.ts";
import type { EmbeddingResult } from "../../embed/embedding-result.ts";
import { createMemoryStore } from "../../embed/memory-store.ts";
import { findBuiltInTranscriber, getEncoderDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { getCacheStats } from "../disk/cache-account.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { openEmbeddingStore } from "../disk/file-store.ts";
import { pullWeights } from "../models/encoder-weights.ts";
import { resolveEncoder } from "../models/resolve-encoder.ts";
import { createEmbeddingPool } from "../threads/embedding-pool.ts";
import { loadDataset } from "./dataset-files.ts";
import { embedRecordings } from "./embed-recordings.ts";
import { createRecording } from "./recording-files.ts";

const banking = fileURLToPath(new URL("../../../demo/banking", import.meta.url));
const golemScript = fileURLToPath(new URL("../../../test/support/processes/golem.ts", import.meta.url));
const oneCore = availableParallelism() === 1;
const manyCores = `on worker threads${oneCore ? " (skipped: one core, so no workers)" : ""}`;

/** Noise of different colour and length, each file with bytes of its own. */
async function writeNoise(folder: string, count: number, seconds = 0.5): Promise<Recording[]> {
  const recordings = [];
  for (let n = 0; n < count; n++) {
    const random = createRandom(1, n);
    let last = 0;
    const samples = Float32Array.from({ length: Math.round(16_000 * (seconds + n / 50)) }, () => {
      last += (n / count) * (random.uniform() - 0.5 - last);
      return 0.5 * last + 0.2 * (random.uniform() - 0.5);
    });
    const file = `noise ${String(n).padStart(2, "0")}.wav`;
    await writeFile(join(folder, file), createWav([samples], 16_000));
    recordings.push(createRecording(folder, { file, label: n % 2 ? "odd" : "even", split: "none" }));
  }
  return recordings;
}

const listen = async (encoder: string): Promise<ResolvedEncoderSet> => ({
  encoders: [await resolveEncoder(encoder)],
  transcriber: undefined,
});

const getVectors = ({ embedded }: EmbeddingResult) =>
  embedded.map(({ file, vectors, facts }) => ({ file, vector: vectors[0]!, facts }));

function getCosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    ab += x * b[i]!;
    aa += x * x;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Embeds a few at a time, which happens on this thread. */
async function embedInline(recordings: readonly Recording[], encoder: string): Promise<EmbeddingResult[]> {
  const results = [];
  for (let i = 0; i < recordings.length; i += 4) {
    const few = recordings.slice(i, i + 4);
    results.push(await embedRecordings(few, { encoders: [encoder], store: createMemoryStore() }));
  }
  return results;
}

describe("varied copies", () => {
  const variations = listVariations(3);

  it("are embedded with their recordings, on this thread and on workers, and stored", async () => {
    const folder = await createScratchFolder();
    const recordings = await writeNoise(folder, 10);
    const store = createMemoryStore();
    const embed = (rows: readonly Recording[], from = store) =>
      embedRecordings(rows, { encoders: ["mfcc"], store: from, variations });
    const first = await embed(recordings);
    expect(first.computed).toBe(40);
    const inline = await embed(recordings.slice(0, 1), createMemoryStore());
    expect(inline.embedded[0]).toEqual(first.embedded[0]);
    const again = await embed(recordings);
    expect(again.computed).toBe(0);
    expect(again.embedded).toEqual(first.embedded);
    for (const { vectors, copies } of first.embedded) {
      expect(copies).toHaveLength(3);
      const all = [vectors[0]!, ...copies!.map((copy) => copy.vectors[0]!)];
      expect(new Set(all.map((vector) => vector.join())).size).toBe(4);
    }
    const alone = await embedRecordings(recordings, { encoders: ["mfcc"], store });
    expect(alone.computed).toBe(0);
    expect(alone.embedded.every(({ copies = [] }) => copies.length === 0)).toBe(true);
  });

  it("have the user's own noise and rooms where folders of them are named", async () => {
    const folder = await createScratchFolder();
    const recordings = await writeNoise(folder, 3);
    const own = await createScratchFolder();
    await writeNoise(own, 2);
    const store = createMemoryStore();
    const embed = (folders: { noise?: string; rooms?: string }) =>
      embedRecordings(recordings, { encoders: ["mfcc"], store, variations, ...folders });
    const plain = await embed({});
    const noise = await embed({ noise: own });
    const rooms = await embed({ rooms: own });
    // A copy at another speed has neither; one in a room has both.
    expect([plain, noise, rooms].map(({ computed }) => computed)).toEqual([12, 6, 3]);
    expect((await embed({ noise: own })).computed).toBe(0);
    expect(noise.embedded[0]!.copies![0]).not.toEqual(plain.embedded[0]!.copies![0]);
    expect(noise.embedded[0]!.copies![2]).toEqual(plain.embedded[0]!.copies![2]);
    await expect(embed({ noise: await createScratchFolder() })).rejects.toMatchObject({
      code: "no-recordings",
    });
    await expect(embed({ rooms: join(own, "nowhere") })).rejects.toMatchObject({ code: "data-not-found" });
  });
});

describe("embedding recordings", () => {
  it.skipIf(oneCore)(`gives the same vectors in the same order ${manyCores}`, async () => {
    const recordings = await writeNoise(await createScratchFolder(), 14);
    const watch = watchWorkers();
    const inline = (await embedInline(recordings, "mfcc")).flatMap(getVectors);
    expect(watch.started).toHaveLength(0);
    const result = await embedRecordings(recordings, { encoders: ["mfcc"], store: createMemoryStore() });
    expect(watch.started.length).toBeGreaterThan(1);
    expect(watch.ended).toBe(watch.started.length);
    expect(result.computed).toBe(14);
    expect(getVectors(result)).toStrictEqual(inline);
    expect(result.embedded.map(({ file }) => file)).toEqual(recordings.map(({ file }) => file));
    expect(new Set(result.embedded.map(({ vectors }) => vectors.join())).size).toBe(14);
  });

  it.skipIf(oneCore)(`gives nearly the same vectors with moonshine-tiny ${manyCores}`, async () => {
    const recordings = (await loadDataset(banking)).recordings.slice(0, 12);
    const encoder = "moonshine-tiny";
    const inline = (await embedInline(recordings, encoder)).flatMap(getVectors);
    const result = await embedRecordings(recordings, { encoders: [encoder], store: createMemoryStore() });
    const cosines = getVectors(result).map(({ vector }, i) => getCosine(vector, inline[i]!.vector));
    expect(cosines).toHaveLength(12);
    expect(Math.min(...cosines)).toBeGreaterThan(0.9999);
  });

  it.each([4, 12])("leaves bad files out, whatever is wrong with them, among %i good ones", async (count) => {
    const folder = await createScratchFolder();
    const good = await writeNoise(folder, count);
    await writeFile(join(folder, "text.wav"), "these are only words, a good many of them, and no sound");
    await writeFile(join(folder, "empty.wav"), "");
    await writeFile(join(folder, "silent.wav"), createWav([new Float32Array(16_000)], 16_000));
    await writeFile(join(folder, "short.wav"), createWav([new Float32Array(100).fill(0.5)], 16_000));
    await mkdir(join(folder, "folder.wav"));
    const bad = ["text", "empty", "silent", "short", "folder", "missing"].map((name) =>
      createRecording(folder, { file: `${name}.wav`, label: "odd", split: "none" }),
    );
    const recordings = [...bad.slice(0, 3), ...good, ...bad.slice(3)];
    const progress: Progress[] = [];
    const result = await embedRecordings(recordings, {
      encoders: ["mfcc"],
      store: createMemoryStore(),
      onProgress: (step) => progress.push(step),
    });
    expect(result.embedded.map(({ file }) => file)).toEqual(good.map(({ file }) => file));
    expect(result.skipped.map(({ file, code }) => `${file} ${code}`)).toEqual([
      ...["text.wav not-audio", "empty.wav empty-file", "silent.wav silent"],
      ...["short.wav too-short", "folder.wav unreadable", "missing.wav data-not-found"],
    ]);
    for (const { message, hint } of result.skipped) expect([message, hint]).not.toContain("");
    // Two files were found wanting before anything was embedded.
    expect(progress.map(({ completed }) => completed)).toEqual(
      Array.from({ length: count + 5 }, (_, i) => i + 2),
    );
    expect(progress.every(({ stage, total }) => stage === "embedding" && total === count + 6)).toBe(true);
  });

  it("computes nothing twice with the same store, and again with other audio settings", async () => {
    const folder = await createScratchFolder();
    const recordings = await writeNoise(folder, 9);
    const store = await openEmbeddingStore(join(folder, "embeddings"));
    const options = { encoders: ["mfcc"], store };
    const first = await embedRecordings(recordings.slice(0, 8), options);
    expect(first.computed).toBe(8);
    const watch = watchWorkers();
    const onProgress = vi.fn();
    const again = await embedRecordings(recordings.slice(0, 8), { ...options, onProgress });
    expect(again).toStrictEqual({ ...first, computed: 0 });
    expect([watch.started.length, onProgress.mock.calls.length]).toEqual([0, 0]);
    expect((await embedRecordings(recordings, options)).computed).toBe(1);
    const limit = await embedRecordings(recordings, { ...options, audio: { maximumSeconds: 100 } });
    expect(limit.computed).toBe(0);
    for (const audio of [{ trim: false }, { windowSeconds: 0.25 }]) {
      expect((await embedRecordings(recordings, { ...options, audio })).computed).toBe(9);
      expect((await embedRecordings(recordings, { ...options, audio })).computed).toBe(0);
    }
    const renamed = recordings.map((recording) => ({ ...recording, file: `renamed ${recording.file}` }));
    expect((await embedRecordings(renamed, options)).computed).toBe(0);
    await store.close();
  });
});

describe("interrupting", () => {
  it.each([
    ["mfcc", 6, "this thread"],
    ["mfcc", 24, "workers"],
    ["moonshine-tiny", 24, "workers"],
  ])("%s with %i recordings (%s) stops with `aborted`, and what was done is kept", async (encoder, count) => {
    const folder = await createScratchFolder();
    const recordings = await writeNoise(folder, count, encoder === "mfcc" ? 8 : 2);
    await pullWeights(getEncoderDefinition(encoder));
    const store = await openEmbeddingStore(join(folder, "embeddings"));
    const watch = watchWorkers();
    const controller = new AbortController();
    let completed = 0;
    const work = embedRecordings(recordings, {
      ...{ encoders: [encoder], store, signal: controller.signal },
      onProgress: (step) => {
        completed = step.completed;
        if (completed === 3) controller.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: "aborted" });
    expect(completed).toBe(3);
    expect(watch.ended).toBe(watch.started.length);
    await store.close();
    const { entries } = await getCacheStats(join(folder, "embeddings"));
    expect(entries).toBeGreaterThanOrEqual(3);
    expect(entries).toBeLessThan(count);
  });

  it.each([4, 12])("does not begin when it was interrupted before (%i recordings)", async (count) => {
    const recordings = await writeNoise(await createScratchFolder(), count);
    const watch = watchWorkers();
    const signal = AbortSignal.abort();
    const store = createMemoryStore();
    await expect(embedRecordings(recordings, { encoders: ["mfcc"], store, signal })).rejects.toMatchObject({
      code: "aborted",
    });
    expect(watch.started).toHaveLength(0);
  });

  it.each([1, 12])("closing a pool for %i recordings answers all that wait for it", async (tasks) => {
    const folder = await createScratchFolder();
    await writeNoise(folder, 1, 5);
    const pool = await createEmbeddingPool({
      encoderSet: await listen("mfcc"),
      ...{ audio: {}, cache: getCacheFolder(), tasks },
    });
    const path = join(folder, "noise 00.wav");
    const answers = Array.from({ length: 20 }, () => pool.embed(path, "noise"));
    const codes = Promise.all(answers.map((answer) => answer.catch(({ code }: GolemError) => code)));
    await answers[0];
    await pool.close();
    expect((await codes).at(-1)).toBe("aborted");
    await expect(pool.embed(path, "noise")).rejects.toMatchObject({ code: "aborted" });
  });
});

describe.skipIf(oneCore)(`a worker that dies ${manyCores}`, () => {
  it("costs its recording only", async () => {
    const recordings = await writeNoise(await createScratchFolder(), 16, 4);
    const whole = await embedRecordings(recordings, { encoders: ["mfcc"], store: createMemoryStore() });
    const watch = watchWorkers();
    const result = await embedRecordings(recordings, {
      ...{ encoders: ["mfcc"], store: createMemoryStore() },
      // The first to be done has just got another recording, and so has the other worker.
      onProgress: ({ completed }) => void (completed === 2 && watch.started[0]!.terminate()),
    });
    expect(result.skipped).toMatchObject([
      { code: "encoder-failed", message: expect.stringContaining("worker thread ended") },
    ]);
    const lost = result.skipped[0]!.file;
    expect(getVectors(result)).toStrictEqual(getVectors(whole).filter(({ file }) => file !== lost));
    expect(watch.started.length).toBeGreaterThan(2);
    expect(watch.ended).toBe(watch.started.length);
  });

  it("of an error of its own gives that as the reason", async () => {
    const recordings = await writeNoise(await createScratchFolder(), 16, 2);
    const watch = watchWorkers();
    const result = await embedRecordings(recordings, {
      ...{ encoders: ["mfcc"], store: createMemoryStore() },
      // No order that a worker understands: it throws where nothing catches.
      onProgress: ({ completed }) => void (completed === 2 && watch.started[0]!.postMessage(null)),
    });
    expect(result.skipped).toMatchObject([
      { code: "encoder-failed", message: expect.stringMatching(/stopped: TypeError.*null/) },
    ]);
    expect(result.embedded).toHaveLength(15);
  });

  it("before it could begin is the end for all, with the reason", async () => {
    const folder = await createScratchFolder();
    await writeNoise(folder, 1);
    vi.stubEnv("PATH", "/nonexistent");
    onTestFinished(() => void vi.unstubAllEnvs());
    const cache = getCacheFolder({ GOLEM_HOME: join(folder, "nothing here") });
    const pool = await createEmbeddingPool({
      encoderSet: await listen("moonshine-tiny"),
      ...{ audio: {}, cache, tasks: 12 },
    });
    const hear = () => pool.embed(join(folder, "noise 00.wav"), "noise").catch((error) => error);
    for (const error of await Promise.all([hear(), hear(), hear()])) {
      expect(error).toMatchObject({ code: "weights-missing", hint: expect.stringContaining("pull") });
    }
    expect(await hear()).toMatchObject({ code: "weights-missing" });
    await pool.close();
  });
});

describe("golem train as a process", () => {
  /** A cache with the weights of moonshine-tiny and nothing else, and two classes to learn: of 14 recordings each, or of 4. */
  async function prepare(
    parts: readonly string[] = ["train", "test"],
  ): Promise<{ home: string; data: string; embeddings: string }> {
    const folder = await createScratchFolder();
    await pullWeights(getEncoderDefinition("moonshine-tiny"));
    const home = join(folder, "home");
    await mkdir(home);
    await symlink(getCacheFolder().encoders, join(home, "encoders"), "junction");
    const data = join(folder, "data");
    for (const label of ["freeze", "balance"]) {
      for (const part of parts) {
        await cp(join(banking, part, label), join(data, label), { recursive: true });
      }
    }
    vi.stubEnv("GOLEM_HOME", home);
    onTestFinished(() => void vi.unstubAllEnvs());
    return { home, data, embeddings: join(home, "embeddings") };
  }

  function startGolem(...args: string[]): {
    child: ChildProcess;
    ended: Promise<{ code: number | null; stderr: string }>;
  } {
    const argv = ["--import", "tsx", golemScript, ...args];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr }))) };
  }

  const waitForEmbeddings = (folder: string) =>
    vi.waitUntil(async () => (await getCacheStats(folder)).transcripts > 1, {
      timeout: 60_000,
      interval: 10,
    });

  it("leaves a store that the next one goes on with when killed", async () => {
    const { home, data, embeddings } = await prepare();
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    await waitForEmbeddings(embeddings);
    child.kill("SIGKILL");
    await ended;
    // Put last of what is kept of a recording, so that where there is one, the rest is there too.
    const { transcripts } = await getCacheStats(embeddings);
    const { recordings } = await loadDataset(data);
    const warnings: unknown[] = [];
    const store = await openEmbeddingStore(embeddings, { onWarning: (warning) => warnings.push(warning) });
    const { computed, skipped } = await embedRecordings(recordings, {
      ...{ encoders: ["moonshine-tiny"], transcriber: findBuiltInTranscriber("moonshine-tiny"), store },
    });
    await store.close();
    expect({ computed, skipped, warnings }).toEqual({
      computed: recordings.length - transcripts,
      skipped: [],
      warnings: [],
    });
    expect(transcripts).toBeGreaterThan(1);
    expect(transcripts).toBeLessThan(recordings.length);
  });

  it("ends with 130 when interrupted while workers are busy", async () => {
    const { home, data, embeddings } = await prepare();
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    await waitForEmbeddings(embeddings);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/^error \[aborted\]/) });
  });

  it("ends soon where there is neither npm nor weights", async () => {
    const { home, data } = await prepare();
    vi.stubEnv("GOLEM_HOME", join(home, "empty"));
    vi.stubEnv("PATH", "/nonexistent");
    const { child, ended } = startGolem("train", data, "--out", join(home, "golem"), "--augment", "none");
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining("weights-missing") });
    clearTimeout(timer);
  });

  it("needs neither npm nor a network once the weights are there", async () => {
    const { home, data } = await prepare(["train"]);
    vi.stubEnv("PATH", "/nonexistent");
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:1");
    const result = await runGolem(["train", data, "--out", join(home, "golem"), "--json", "--quiet"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ labels: ["balance", "freeze"] });
  });
});
