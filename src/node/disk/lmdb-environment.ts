/**
 * Opens the LMDB environment of the embedding store after checking it; a damaged one is moved aside.
 *
 * Not its concern: the meaning of keys and values.
 */
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RootDatabase } from "lmdb";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { completeLmdbFile, examineLmdbFile } from "./lmdb-file.ts";

/** Receives warnings about repaired or disabled storage. */
export interface StoreOptions {
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/** Raw bytes to raw bytes. */
type Database = RootDatabase<Uint8Array, Uint8Array>;

const damageCodes = [
  -30_797, // MDB_PAGE_NOTFOUND
  -30_796, // MDB_CORRUPTED
  -30_795, // MDB_PANIC
  -30_794, // MDB_VERSION_MISMATCH
  -30_793, // MDB_INVALID
];

/** System errors of a read-only file: EPERM, EACCES, EROFS. */
const forbiddenCodes = [1, 13, 30];

/** An open environment. */
export interface OpenedDatabase {
  readonly database: Database;
  readonly readOnly: boolean;
}

/**
 * Opens (or creates) the environment in a folder of its own.
 *
 * @throws GolemError `store-failed`.
 */
export async function openEnvironment(folder: string, options: StoreOptions): Promise<OpenedDatabase> {
  // More than one attempt only if another process clears or repairs the folder at the same time.
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(folder, { recursive: true });
      const identity = await identify(folder);
      const opened = await openIfSound(folder);
      const undisturbed = (await identify(folder)) === identity;
      if (opened && undisturbed) return opened;
      if (opened) await opened.database.close();
      else if (undisturbed) await moveAside(folder, options);
      if (attempt === 5) throw new Error("it is damaged or replaced each time it is begun anew");
    } catch (error) {
      if (attempt < 5 && (error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw describeStoreError(error, folder, "opened");
    }
  }
}

/** Opens the environment; undefined if it is damaged. */
async function openIfSound(folder: string): Promise<OpenedDatabase | undefined> {
  const path = join(folder, "data.mdb");
  const state = await examineLmdbFile(path);
  if (state === "damaged") return undefined;
  if (state === "short") await completeLmdbFile(path);
  try {
    const opened = await openDatabase(folder, state !== "new");
    if (state !== "short" || (await isReadable(opened.database))) return opened;
    await opened.database.close();
    return undefined;
  } catch (error) {
    if (damageCodes.includes(Number((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

async function openDatabase(path: string, present: boolean): Promise<OpenedDatabase> {
  const { open } = await import("lmdb");
  const options = {
    path,
    noSubdir: false,
    encoding: "binary",
    keyEncoding: "binary",
    // Flushing after the commit instead of within it loses commits of one process when another one is killed.
    overlappingSync: false,
  } as const;
  try {
    return { database: open(options), readOnly: false };
  } catch (error) {
    if (!present || !forbiddenCodes.includes(Number((error as { code?: unknown }).code))) throw error;
    return { database: open({ ...options, readOnly: true }), readOnly: true };
  }
}

/** Walks all pages of the tree and writes once, to check whether an extended file is complete. */
async function isReadable(database: Database): Promise<boolean> {
  const probe = Buffer.from("probe");
  try {
    for (const { value } of database.getRange()) if (value.every((byte) => byte === 0)) return false;
    await database.put(probe, probe);
    await database.remove(probe);
    return true;
  } catch {
    return false;
  }
}

async function moveAside(folder: string, options: StoreOptions): Promise<void> {
  const aside = `${folder}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(folder, aside);
  options.onWarning?.({
    code: "store-failed",
    message: `The store of embeddings in ${folder} was damaged.`,
    hint: `It was moved to ${aside} and a new one created: embeddings are computed again when needed.`,
  });
}

async function identify(folder: string): Promise<string> {
  const { dev, ino, birthtimeMs } = await stat(folder, { bigint: true });
  return `${dev} ${ino} ${birthtimeMs}`;
}

/** Describes an error of the store; GolemErrors pass through. */
export function describeStoreError(error: unknown, folder: string, verb: string): GolemError {
  if (error instanceof GolemError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new GolemError(
    "store-failed",
    `The store of embeddings in ${folder} could not be ${verb}: ${reason}.`,
    {
      hint: "Set GOLEM_HOME to a writable folder, or free some space; `golem cache clear` empties the store.",
      cause: error,
    },
  );
}
