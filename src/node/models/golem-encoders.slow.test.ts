/** Golems with an encoder in a folder or from the Hub, which is found again or rejected. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createPlaces, descriptor, writeDescribed } from "../../../test/support/encoder-places.ts";
import { writeTones } from "../../../test/support/recordings/tone-recordings.ts";
import { startHubServer } from "../../../test/support/servers/hub-server.ts";
import { createConvModel } from "../../../test/support/tiny-onnx.ts";
import { createMemoryStore } from "../../embed/memory-store.ts";
import { embedRecordings } from "../data/embed-recordings.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { loadGolem } from "../golem.ts";
import { createEmbeddingPool } from "../threads/embedding-pool.ts";
import { predictFiles } from "../threads/predict-files.ts";
import { train } from "../train.ts";
import { prepareEncoder } from "./load-encoder.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

async function predictAll(golem: Parameters<typeof predictFiles>[0], files: string[], cache: CacheFolder) {
  const labels = [];
  for await (const { prediction, error } of predictFiles(golem, files, { cache })) {
    labels.push(prediction?.label ?? error);
  }
  return labels;
}

describe("golems of encoders in folders", () => {
  it("gives the same embeddings in workers and on this thread, from the resolved encoder alone", async () => {
    const { folder, model, cache } = await createPlaces();
    const { dataset, files } = await writeTones(folder, 10);
    const encoder = await resolveEncoder(model, { cache });
    const { embedded } = await embedRecordings(dataset.recordings, {
      encoders: [encoder],
      cache,
      store: createMemoryStore(),
    });
    expect(embedded).toHaveLength(10);
    await prepareEncoder(encoder, { cache });
    const pool = await createEmbeddingPool({
      encoderSet: { encoders: [encoder], transcriber: undefined },
      ...{ audio: {}, cache, tasks: 1 },
    });
    const { embeddings } = await pool.embed(files[3]!, "3");
    expect(embeddings.map(({ vector }) => vector)).toEqual(embedded[3]!.vectors);
    await pool.close();
  });

  it("finds its encoder again, also in a new location, and rejects another", async () => {
    const { folder, model, cache } = await createPlaces();
    const { dataset, files } = await writeTones(folder);
    const options = { encoder: model, layer: 1, head: "centroid", repeats: 1, cache } as const;
    const trained = await train(dataset, options);
    expect(trained.document.encoders[0]).toMatchObject({ id: model, layers: 2, precision: "int8" });
    const saved = join(folder, "golem");
    await trained.save(saved);
    const want = files.map((_, n) => (n % 2 ? "high" : "low"));
    const golem = await loadGolem(saved, { cache });
    expect(await predictAll(golem.model, files, cache)).toEqual(want);

    const moved = join(folder, "moved");
    await rename(model, moved);
    await expect(loadGolem(saved, { cache })).rejects.toMatchObject({ code: "weights-missing" });
    const found = await loadGolem(saved, { cache, encoder: moved });
    expect((await found.predict(files[1]!)).label).toBe("high");
    await found.dispose();

    await writeDescribed(moved);
    expect((await loadGolem(saved, { cache, encoder: moved })).encoderSet.encoders[0]!.source.kind).toBe(
      "pretrained",
    );
    const preprocessor = join(moved, "preprocessor_config.json");
    await writeFile(preprocessor, `${await readFile(preprocessor, "utf8")} `);
    await expect(loadGolem(saved, { cache, encoder: moved })).rejects.toMatchObject({
      code: "golem-version",
    });
  });

  it("fetches its encoder from the Hub at the commit it was trained on", async () => {
    const { folder, cache } = await createPlaces();
    const { dataset, files } = await writeTones(folder);
    const server = await startHubServer();
    const onHub = { "model.onnx": createConvModel(17), "golem-encoder.json": JSON.stringify(descriptor) };
    const commit = server.put({ type: "model", id: "someone/tiny", files: onHub });
    const { cache: hubCache } = await server.createSettings();
    vi.stubEnv("HF_ENDPOINT", server.endpoint);
    vi.stubEnv("HF_HUB_CACHE", hubCache);
    const golem = await train(dataset, { encoder: "someone/tiny", head: "centroid", repeats: 1, cache });
    expect(golem.document.encoders[0]).toMatchObject({ id: "someone/tiny", revision: commit });
    await golem.save(join(folder, "golem"));
    server.put({ type: "model", id: "someone/tiny", files: { ...onHub, "model.onnx": createConvModel(13) } });
    vi.stubEnv("HF_HUB_CACHE", join(folder, "another"));
    const loaded = await loadGolem(join(folder, "golem"), { cache });
    expect(loaded.encoderSet.encoders[0]!.info.revision).toBe(commit);
    expect((await loaded.predict(files[0]!)).label).toBe("low");
    await loaded.dispose();
    vi.unstubAllEnvs();
  });
});
