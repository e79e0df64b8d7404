/** Embedding that is aborted, and workers that end unexpectedly. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { writeNoise } from "../../../test/support/recordings/noise-recordings.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { watchWorkers } from "../../../test/support/watch-workers.ts";
import type { GolemError } from "../../core/error.ts";
import type { EmbeddingResult } from "../../embed/embedding-result.ts";
import { createMemoryStore } from "../../embed/memory-store.ts";
import { getEncoderDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { getCacheStats } from "../disk/cache-account.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { openEmbeddingStore } from "../disk/file-store.ts";
import { pullWeights } from "../models/encoder-weights.ts";
import { resolveEncoder } from "../models/resolve-encoder.ts";
import { createEmbeddingPool } from "../threads/embedding-pool.ts";
import { embedRecordings } from "./embed-recordings.ts";

const oneCore = availableParallelism() === 1;
const manyCores = `on worker threads${oneCore ? " (skipped: one core, so no workers)" : ""}`;

const listen = async (encoder: string): Promise<ResolvedEncoderSet> => ({
  encoders: [await resolveEncoder(encoder)],
  transcriber: undefined,
});

const getVectors = ({ embedded }: EmbeddingResult) =>
  embedded.map(({ file, vectors, facts }) => ({ file, vector: vectors[0]!, facts }));

describe("interrupting", () => {
  it.each([
    ["mfcc", 6, "this thread"],
    ["mfcc", 24, "workers"],
    ["moonshine-tiny", 24, "workers"],
  ])(
    "%s with %i recordings (%s) stops with `aborted`, and finished embeddings are kept",
    async (encoder, count) => {
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
    },
  );

  it.each([4, 12])("does not begin if it was aborted before (%i recordings)", async (count) => {
    const recordings = await writeNoise(await createScratchFolder(), count);
    const watch = watchWorkers();
    const signal = AbortSignal.abort();
    const store = createMemoryStore();
    await expect(embedRecordings(recordings, { encoders: ["mfcc"], store, signal })).rejects.toMatchObject({
      code: "aborted",
    });
    expect(watch.started).toHaveLength(0);
  });

  it.each([1, 12])("closing a pool settles the calls of all %i recordings", async (tasks) => {
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

describe.skipIf(oneCore)(`a worker that ends unexpectedly ${manyCores}`, () => {
  it("fails only its recording", async () => {
    const recordings = await writeNoise(await createScratchFolder(), 16, 4);
    const whole = await embedRecordings(recordings, { encoders: ["mfcc"], store: createMemoryStore() });
    const watch = watchWorkers();
    const result = await embedRecordings(recordings, {
      ...{ encoders: ["mfcc"], store: createMemoryStore() },
      // By now, both workers have another recording.
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

  it("because of an error reports that error as the reason", async () => {
    const recordings = await writeNoise(await createScratchFolder(), 16, 2);
    const watch = watchWorkers();
    const result = await embedRecordings(recordings, {
      ...{ encoders: ["mfcc"], store: createMemoryStore() },
      // An unknown message: the worker throws an error that nothing catches.
      onProgress: ({ completed }) => void (completed === 2 && watch.started[0]!.postMessage(null)),
    });
    expect(result.skipped).toMatchObject([
      { code: "encoder-failed", message: expect.stringMatching(/stopped: TypeError.*null/) },
    ]);
    expect(result.embedded).toHaveLength(15);
  });

  it("before it has started rejects all recordings, with the reason", async () => {
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
