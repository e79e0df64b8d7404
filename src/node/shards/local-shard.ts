/**
 * Provides shards as local files: shards in a folder are used in place; shards in a bucket are copied once to
 * the cache folder.
 */
import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { replaceFileAtomic } from "../disk/atomic-write.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import type { StoredObject } from "../object-store/object-store.ts";
import type { Run } from "./run-document.ts";

/** Bytes per request. */
const pieceBytes = 8 << 20;

/**
 * Finds or copies a shard; resolves with its path. Rejects with the errors of the store, and `output-failed`.
 */
export async function findLocalShard(
  { store }: Run,
  { key, size, version }: StoredObject,
  { cache, signal }: { readonly cache: CacheFolder; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  if (store.folder !== undefined) return join(store.folder, key);
  const name = createHash("sha256").update(store.address).digest("hex").slice(0, 16);
  const path = join(cache.root, "runs", name, `${version.replaceAll(/[^\w-]/g, "")}-${basename(key)}`);
  if ((await stat(path).catch(() => undefined))?.size === size) return path;
  await replaceFileAtomic(path, async (staging) => {
    const handle = await open(staging, "w");
    try {
      for (let start = 0; start < size; start += pieceBytes) {
        throwIfAborted(signal);
        const bytes = await store.read(
          key,
          start,
          Math.min(pieceBytes, size - start),
          signal ? { signal } : {},
        );
        if (bytes.length === 0)
          throw new GolemError("fetch-failed", `${key} became shorter while it was read.`);
        await handle.write(bytes);
      }
    } finally {
      await handle.close();
    }
  });
  return path;
}
