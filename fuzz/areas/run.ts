/** Runs of shards: run.json, the manifest and a shard, opened, listed, measured and read as for a training. */
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderStore } from "../../src/node/object-store/folder-store.ts";
import { readObject } from "../../src/node/object-store/object-store.ts";
import { planRun } from "../../src/node/shards/plan-run.ts";
import { loadRunDataset } from "../../src/node/shards/run-dataset.ts";
import { getRunRecipe, openRun } from "../../src/node/shards/run-document.ts";
import { listDoneShards, measureRun } from "../../src/node/shards/run-status.ts";
import { listVectorColumns } from "../../src/node/shards/shard-columns.ts";
import { createShardEmbedder } from "../../src/node/shards/shard-embedder.ts";
import { openShardVectors, readShardValues } from "../../src/node/shards/shard-reader.ts";
import { createTone, createWav } from "../../test/support/audio-files.ts";
import type { FuzzArea } from "../area.ts";

const maximumBytes = 1 << 20;
/** The same in every process, since it is written in run.json. */
const data = join(tmpdir(), "golem-fuzz-tones");

/** A run over six tones, by key. */
async function createRun(): Promise<Record<string, Uint8Array>> {
  const store = openFolderStore(data);
  for (let i = 0; i < 6; i++) {
    const key = `${i % 2 ? "high" : "low"}/${i}.wav`;
    await store.write(key, createWav(createTone(16_000, 0.3, 1, (i % 2 ? 2000 : 300) + i), 16_000));
    await utimes(join(data, key), 1e9, 1e9);
  }
  const folder = await mkdtemp(join(tmpdir(), "golem-fuzz-run-"));
  try {
    await planRun(data, folder, { encoder: "mfcc", shardSize: 4 });
    const embedder = await createShardEmbedder(await openRun(folder), { threads: 1 });
    for (const shard of [0, 1]) await embedder.embed(shard);
    await embedder.close();
    const run = openFolderStore(folder);
    const files: Record<string, Uint8Array> = {};
    for await (const { key } of run.list("")) files[key] = await readObject(run, key, maximumBytes);
    return files;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The area. */
export const area: FuzzArea = {
  createCorpus: createRun,
  async open() {
    const files = await createRun();
    const folder = await mkdtemp(join(tmpdir(), "golem-fuzz-run-"));
    const store = openFolderStore(folder);
    for (const [key, bytes] of Object.entries(files)) await store.write(key, bytes);
    const parse = async (): Promise<void> => {
      const run = await openRun(folder);
      await measureRun(run);
      await loadRunDataset(folder, {});
      for (const { key } of (await listDoneShards(run)).values()) {
        const path = join(folder, key);
        const values = await readShardValues(path);
        const rows = values.filter(({ error }) => !error).length;
        const columns = listVectorColumns(getRunRecipe(run));
        const vectors = await openShardVectors(path, columns, rows);
        try {
          for (let row = 0; row < rows; row++) for (const i of columns.keys()) vectors.read(i, row);
        } finally {
          vectors.close();
        }
      }
    };
    return {
      async parse(bytes, name) {
        await writeFile(join(folder, name), bytes);
        try {
          await parse();
        } finally {
          await writeFile(join(folder, name), files[name]!);
        }
      },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};
