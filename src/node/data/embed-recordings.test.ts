/** Embedding with the real encoders, on this thread and on workers. */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { createWav } from "../../../test/support/audio-files.ts";
import { writeNoise } from "../../../test/support/recordings/noise-recordings.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { watchWorkers } from "../../../test/support/watch-workers.ts";
import { listVariations } from "../../augment/variation.ts";
import type { Progress } from "../../core/progress.ts";
import type { Recording } from "../../dataset/dataset.ts";
import type { EmbeddingResult } from "../../embed/embedding-result.ts";
import { createMemoryStore } from "../../embed/memory-store.ts";
import { openEmbeddingStore } from "../disk/file-store.ts";
import { loadDataset } from "./dataset-files.ts";
import { embedRecordings } from "./embed-recordings.ts";
import { createRecording } from "./recording-files.ts";

const banking = fileURLToPath(new URL("../../../demo/banking", import.meta.url));
const oneCore = availableParallelism() === 1;
const manyCores = `on worker threads${oneCore ? " (skipped: one core, so no workers)" : ""}`;

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

/** Embeds a few at a time, so that they are embedded on this thread. */
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

  it("have noise and rooms of the user if folders of them are given", async () => {
    const folder = await createScratchFolder();
    const recordings = await writeNoise(folder, 3);
    const own = await createScratchFolder();
    await writeNoise(own, 2);
    const store = createMemoryStore();
    const embed = (folders: { noise?: string; rooms?: string }) =>
      embedRecordings(recordings, { encoders: ["mfcc"], store, variations: listVariations(4), ...folders });
    const plain = await embed({});
    const noise = await embed({ noise: own });
    const rooms = await embed({ rooms: own });
    // A copy with changed speed has neither; one in a room has both.
    expect([plain, noise, rooms].map(({ computed }) => computed)).toEqual([15, 9, 3]);
    expect((await embed({ noise: own })).computed).toBe(0);
    expect(noise.embedded[0]!.copies![0]).not.toEqual(plain.embedded[0]!.copies![0]);
    expect(noise.embedded[0]!.copies![3]).toEqual(plain.embedded[0]!.copies![3]);
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

  it.each([4, 12])("leaves out files with any fault, among %i good ones", async (count) => {
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
    // Two files are rejected before anything is embedded.
    expect(progress.map(({ completed }) => completed)).toEqual(
      Array.from({ length: count + 5 }, (_, i) => i + 2),
    );
    expect(progress.every(({ stage, total }) => stage === "embedding" && total === count + 6)).toBe(true);
  });

  it("computes nothing twice with the same store, and all again with other audio settings", async () => {
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
