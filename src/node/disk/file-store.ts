/**
 * The embedding store on disk: one file per value; any number of processes may share it.
 *
 * The path of a value is FINGERPRINT/HH/HASH.KIND, from the parts of its key; HH is the start of the file's
 * hash. A file consists of the SHA-256 of key and value, then the value. It is written under another name and
 * renamed, so a process killed at any time leaves the old value or the new one. Nothing is flushed, so a
 * power failure may damage the latest values; the checksum shows this, and damaged values are computed again.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type ErrorRecord, GolemError, toErrorRecord } from "../../core/error.ts";
import { embeddingCodec } from "../../embed/embedding-codec.ts";
import { createNullStore } from "../../embed/memory-store.ts";
import type { EmbeddingStore, KeyedValues, ValueCodec } from "../../embed/store.ts";
import { fingerprintDigits, keyDigits } from "../../embed/store-key.ts";
import { transcriptCodec } from "../../embed/transcript-codec.ts";
import { describeDiskReason } from "./disk-error.ts";

interface StoreOptions {
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/** File name extensions of the kinds of values. */
export const storedKinds = { embedding: ".embedding", transcript: ".transcript" } as const;

/** Folder of files that are being written. */
const stagingName = "writing";
const digestBytes = 32;
/** Maximum size of a file in bytes, above the maximum of both codecs. */
const maximumBytes = 1 << 27;
/** Age from which an unfinished file is deleted, in milliseconds: longer than any write takes. */
const abandonedMilliseconds = 3_600_000;
let counter = 0;

/**
 * Opens (or creates) the store in a folder of its own. Damaged or unreadable values are treated as missing;
 * the first one gives a warning. Without permission to write, every `put` throws.
 *
 * @throws GolemError `store-failed` if the folder cannot be used.
 */
export async function openFileStore(folder: string, options: StoreOptions = {}): Promise<EmbeddingStore> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw createStoreError(error, folder, "opened");
  }
  let isWarned = false;
  const warn = (path: string, fault: string): void => {
    if (isWarned) return;
    isWarned = true;
    options.onWarning?.({
      code: "store-failed",
      message: `A value in the store of embeddings ${fault}: ${path}.`,
      hint: "It and others like it are computed again; `golem cache clear` empties the store.",
    });
  };
  let isSwept = false;
  const view = <Value>(codec: ValueCodec<Value>, kind: string): KeyedValues<Value> => ({
    get(key) {
      const path = getPath(folder, key, kind);
      let content: Uint8Array | undefined;
      try {
        content = readContent(path);
      } catch (error) {
        warn(path, `cannot be read (${describeDiskReason(error)})`);
        return undefined;
      }
      if (!content) return undefined;
      const value = content.subarray(digestBytes);
      if (computeDigest(key, value).equals(content.subarray(0, digestBytes))) return codec.decode(value);
      warn(path, "is damaged");
      return undefined;
    },
    async put(key, value) {
      const bytes = codec.encode(value);
      const path = getPath(folder, key, kind);
      if (!isSwept) removeAbandoned(join(folder, stagingName));
      isSwept = true;
      try {
        writeContent(folder, path, [computeDigest(key, bytes), bytes]);
      } catch (error) {
        throw createStoreError(error, folder, "written to");
      }
    },
  });
  return {
    ...view(embeddingCodec, storedKinds.embedding),
    transcripts: view(transcriptCodec, storedKinds.transcript),
    async close() {},
  };
}

/**
 * Opens the store in a folder, or continues without one: if the folder cannot be used, or as soon as a write
 * fails, there is one warning and nothing more is stored. The returned store does not throw errors of
 * the disk.
 */
export async function openEmbeddingStore(
  folder: string,
  options: StoreOptions = {},
): Promise<EmbeddingStore> {
  const warn = (error: unknown): void => {
    const record = toErrorRecord(error, "store-failed");
    options.onWarning?.({ ...record, message: `${record.message} Embeddings are not cached.` });
  };
  let store: EmbeddingStore;
  try {
    store = await openFileStore(folder, options);
  } catch (error) {
    warn(error);
    return createNullStore();
  }
  let writable = true;
  const forgive = <Value>(values: KeyedValues<Value>): KeyedValues<Value> => ({
    get: (key) => values.get(key),
    async put(key, value) {
      if (!writable) return;
      try {
        await values.put(key, value);
      } catch (error) {
        if (writable) warn(error);
        writable = false;
      }
    },
  });
  return { ...forgive(store), transcripts: forgive(store.transcripts), close: () => store.close() };
}

/** Describes an error of the store; GolemErrors are returned unchanged. */
export function createStoreError(error: unknown, folder: string, verb: string): GolemError {
  if (error instanceof GolemError) return error;
  return new GolemError(
    "store-failed",
    `The store of embeddings in ${folder} could not be ${verb}: ${describeDiskReason(error)}.`,
    {
      hint: "Set GOLEM_HOME to a writable folder, or free some space; `golem cache clear` empties the store.",
      cause: error,
    },
  );
}

function getPath(folder: string, key: string, kind: string): string {
  if (key.length !== keyDigits || !/^[0-9a-f]+$/.test(key)) {
    throw new GolemError(
      "store-failed",
      `A store key has ${keyDigits} hexadecimal digits; got "${key.slice(0, 120)}".`,
    );
  }
  const hash = key.slice(fingerprintDigits);
  return join(folder, key.slice(0, fingerprintDigits), hash.slice(0, 2), `${hash}${kind}`);
}

function computeDigest(key: string, value: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(value).digest();
}

/**
 * Reused for every read, since decoding copies the values; otherwise thousands of buffers would have to be
 * garbage-collected.
 */
let scratch = Buffer.alloc(0);
const minimumScratch = 1 << 16;

/**
 * Reads a file; undefined if there is none. The content is valid until the next call. A file that is too
 * short, or not a regular file, is read as empty, which is treated as damaged.
 */
function readContent(path: string): Uint8Array | undefined {
  let file: number;
  try {
    // Opened without blocking, so that a named pipe in its place does not stop the process.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maximumBytes) return new Uint8Array(0);
    if (scratch.length < stats.size) scratch = Buffer.allocUnsafeSlow(Math.max(stats.size, minimumScratch));
    const content = scratch.subarray(0, stats.size);
    let filled = 0;
    while (filled < content.length) {
      const count = readSync(file, content, filled, content.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return content.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

function writeContent(folder: string, path: string, parts: readonly Uint8Array[]): void {
  const staging = join(folder, stagingName, `${process.pid}-${Date.now().toString(36)}-${counter++}`);
  const content = Buffer.concat(parts);
  for (let attempt = 1; ; attempt++) {
    try {
      writeFileSync(staging, content);
      renameSync(staging, path);
      return;
    } catch (error) {
      // Folders are created when a write fails without them; another process may remove them at any time.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || attempt === 5) {
        rmSync(staging, { force: true });
        throw error;
      }
    }
    mkdirSync(dirname(staging), { recursive: true });
    mkdirSync(dirname(path), { recursive: true });
  }
}

/** Deletes unfinished files of killed processes. */
function removeAbandoned(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs > abandonedMilliseconds) rmSync(path, { force: true });
    }
  } catch {
    // There is nothing to remove, or another process is removing it.
  }
}
