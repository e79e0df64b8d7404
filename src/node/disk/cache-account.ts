/**
 * Statistics and clearing of the embedding store on disk: `golem cache stats` and `golem cache clear`.
 *
 * Not its concern: what an embedding is.
 */
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fingerprintDigits } from "../../embed/store-key.ts";
import { isTranscript } from "../../embed/transcript-codec.ts";
import { openEnvironment, type StoreOptions } from "./lmdb-environment.ts";

/** Result of `golem cache stats`. */
export interface CacheStats {
  readonly folder: string;
  /** Number of embeddings and transcripts. */
  readonly entries: number;
  /** Number of transcripts among them. */
  readonly transcripts: number;
  /** Size of the store on disk. */
  readonly bytes: number;
  /** Number of entries per network with settings, by the digest that begins their keys. */
  readonly fingerprints: Readonly<Record<string, number>>;
}

/** Counts a store's entries; creates nothing if there is no store. */
export async function getCacheStats(folder: string, options: StoreOptions = {}): Promise<CacheStats> {
  const empty = { folder, entries: 0, transcripts: 0, bytes: 0, fingerprints: {} };
  if (!(await exists(join(folder, "data.mdb")))) return empty;
  const { database } = await openEnvironment(folder, options);
  try {
    const fingerprints: Record<string, number> = {};
    const ofTranscripts = new Map<string, boolean>();
    let entries = 0;
    let transcripts = 0;
    for (const key of database.getKeys({ snapshot: false })) {
      const fingerprint = Buffer.from(key).toString("hex").slice(0, fingerprintDigits);
      // All entries of one network are of one kind, so one value is enough.
      const known = ofTranscripts.get(fingerprint) ?? holdsTranscript(() => database.get(key));
      ofTranscripts.set(fingerprint, known);
      fingerprints[fingerprint] = (fingerprints[fingerprint] ?? 0) + 1;
      entries++;
      if (known) transcripts++;
    }
    return { folder, entries, transcripts, bytes: (await stat(join(folder, "data.mdb"))).size, fingerprints };
  } finally {
    await database.close();
  }
}

/**
 * Empties the store and frees its space; returns its statistics. Processes that have it open are not
 * disturbed: the folder is moved aside before it is deleted.
 */
export async function clearCache(folder: string, options: StoreOptions = {}): Promise<CacheStats> {
  const stats = await getCacheStats(folder, options);
  const aside = `${folder}.cleared-${process.pid}`;
  try {
    await rename(folder, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return stats;
    // Where open files lock the folder (Windows), the entries are removed and the file keeps its size.
    const { database } = await openEnvironment(folder, options);
    await database.clearAsync();
    await database.close();
    return stats;
  }
  await rm(aside, { recursive: true, force: true });
  await rm(`${folder}.damaged`, { recursive: true, force: true });
  return stats;
}

/** An unreadable value counts as an embedding. */
function holdsTranscript(read: () => Uint8Array | undefined): boolean {
  try {
    return isTranscript(read() ?? new Uint8Array(0));
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
