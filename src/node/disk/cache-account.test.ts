import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import {
  createStoredEmbedding,
  createStoredTranscript,
  createStoreKey,
  fillStore,
} from "../../../test/support/store-values.ts";
import { clearCache, getCacheStats } from "./cache-account.ts";
import { openFileStore } from "./file-store.ts";

it("is counted by fingerprint, and can be cleared while other processes use it", async () => {
  const folder = join(await createScratchFolder(), "embeddings");
  expect(await getCacheStats(folder)).toMatchObject({ entries: 0, bytes: 0, fingerprints: {} });
  expect(await clearCache(folder)).toMatchObject({ entries: 0 });
  await fillStore(folder, 30);
  const store = await openFileStore(folder);
  await store.put(createStoreKey(1, "other"), createStoredEmbedding(1));
  for (const i of [1, 2, 3]) {
    await store.transcripts.put(createStoreKey(i, "said"), createStoredTranscript(i));
  }
  const stats = await getCacheStats(folder);
  expect(stats).toMatchObject({ entries: 34, transcripts: 3 });
  expect(Object.values(stats.fingerprints).sort()).toEqual([1, 3, 30]);
  expect(stats.bytes).toBeGreaterThan(30 * 2800);
  await mkdir(`${folder}.damaged`);
  await writeFile(join(folder, "data.mdb"), "the database of an earlier version");
  expect(await getCacheStats(folder)).toEqual(stats);

  expect(await clearCache(folder)).toEqual(stats);
  expect(await getCacheStats(folder)).toMatchObject({ entries: 0, bytes: 0 });
  await expect(stat(`${folder}.damaged`)).rejects.toMatchObject({ code: "ENOENT" });
  await store.put(createStoreKey(2), createStoredEmbedding(2));
  await store.close();
  const again = await openFileStore(folder);
  expect(again.get(createStoreKey(1))).toBeUndefined();
  await again.close();
});
