/**
 * Statistics and clearing of the embedding store on disk: `golem cache stats` and `golem cache clear`. No
 * value is opened, so both work even if values are damaged.
 */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fingerprintDigits } from "../../embed/store-key.ts";
import { createStoreError, storedKinds } from "./file-store.ts";

/** Result of `golem cache stats`. */
export interface CacheStats {
  readonly folder: string;
  /** Number of embeddings and transcripts. */
  readonly entries: number;
  /** Number of transcripts among them. */
  readonly transcripts: number;
  /** Size of the entries. */
  readonly bytes: number;
  /** Number of entries per combination of network and settings, by the digest at the start of their keys. */
  readonly fingerprints: Readonly<Record<string, number>>;
}

/**
 * Counts a store's entries; creates nothing if there is no store.
 *
 * @throws GolemError `store-failed` if the folder cannot be read.
 */
export async function getCacheStats(folder: string): Promise<CacheStats> {
  const fingerprints: Record<string, number> = {};
  let entries = 0;
  let transcripts = 0;
  let bytes = 0;
  try {
    const isFingerprint = new RegExp(`^[0-9a-f]{${fingerprintDigits}}$`);
    for (const fingerprint of listFolders(folder).filter((name) => isFingerprint.test(name))) {
      for (const shard of listFolders(join(folder, fingerprint))) {
        for (const { name } of list(join(folder, fingerprint, shard))) {
          const kind = extname(name);
          if (kind !== storedKinds.embedding && kind !== storedKinds.transcript) continue;
          const info = statSync(join(folder, fingerprint, shard, name), { throwIfNoEntry: false });
          if (!info?.isFile()) continue;
          fingerprints[fingerprint] = (fingerprints[fingerprint] ?? 0) + 1;
          entries++;
          if (kind === storedKinds.transcript) transcripts++;
          bytes += info.size;
        }
      }
    }
  } catch (error) {
    throw createStoreError(error, folder, "read");
  }
  return { folder, entries, transcripts, bytes, fingerprints };
}

/**
 * Deletes the store, including files of earlier versions; returns its statistics. Processes that use it can
 * continue: the folder is moved aside before it is deleted.
 *
 * @throws GolemError `store-failed` if it cannot be deleted.
 */
export async function clearCache(folder: string): Promise<CacheStats> {
  const stats = await getCacheStats(folder);
  const parent = dirname(folder);
  const isAside = (name: string) =>
    name === `${basename(folder)}.damaged` || name.startsWith(`${basename(folder)}.cleared-`);
  try {
    await rename(folder, `${folder}.cleared-${process.pid}-${Date.now()}`).catch(async (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code === "EROFS") throw error;
      // A mount point, or a folder that may not be renamed: its contents are deleted in place.
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    });
    for (const { name } of list(parent)) {
      if (isAside(name)) await rm(join(parent, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw createStoreError(error, folder, "cleared");
  }
  return stats;
}

function listFolders(folder: string): string[] {
  return list(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** Lists the entries of a folder; empty if it does not exist or is a file. */
function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
