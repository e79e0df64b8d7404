/**
 * The embedding store on disk: one LMDB environment in the cache folder, shared by any number of processes.
 *
 * Commits are copy-on-write (LMDB, H. Chu 2011), so a process killed at any time leaves the last commit
 * intact. `put` resolves when its commit is on disk. All puts in one turn of the event loop, and all that
 * arrive during a commit, share a commit.
 * Not its concern: encoders, labels.
 */
import { setTimeout as wait } from "node:timers/promises";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import { embeddingCodec } from "../../embed/embedding-codec.ts";
import { createNullStore } from "../../embed/memory-store.ts";
import type { EmbeddingStore, KeyedValues, ValueCodec } from "../../embed/store.ts";
import { keyDigits } from "../../embed/store-key.ts";
import { transcriptCodec } from "../../embed/transcript-codec.ts";
import { describeStoreError, openEnvironment, type StoreOptions } from "./lmdb-environment.ts";

/**
 * Opens (or creates) the store in a folder of its own.
 *
 * A damaged store is moved to `FOLDER.damaged` (one is kept) and a new one created, with a warning. A
 * read-only store is read; every `put` is then refused.
 *
 * @throws GolemError `store-failed` if the folder cannot be used.
 */
export async function openLmdbStore(folder: string, options: StoreOptions = {}): Promise<EmbeddingStore> {
  const { database, readOnly } = await openEnvironment(folder, options);
  const view = <Value>(codec: ValueCodec<Value>): KeyedValues<Value> => ({
    get(key) {
      try {
        const bytes = database.get(toKeyBytes(key));
        return bytes && codec.decode(bytes);
      } catch (error) {
        if (error instanceof GolemError) throw error;
        return undefined; // an unreadable page is a miss: the value is computed again
      }
    },
    async put(key, value) {
      const bytes = codec.encode(value);
      if (readOnly) throw describeStoreError("it may only be read", folder, "written to");
      try {
        await database.put(toKeyBytes(key), bytes);
      } catch (error) {
        // The reason arrives in a separate promise, which would end the process if unhandled.
        const cause = (error as { commitError?: Promise<never> }).commitError?.catch(
          (reason: unknown) => reason,
        );
        const reason = await Promise.race([cause, wait(500)]);
        throw describeStoreError(reason ?? error, folder, "written to");
      }
    },
  });
  return {
    ...view(embeddingCodec),
    transcripts: view(transcriptCodec),
    async close() {
      // Rejects with the last commit's failure, which its `put` has already reported.
      await database.close().catch(() => {});
    },
  };
}

/**
 * Opens the store in a folder, or continues without one: if the folder cannot be used, or as soon as a write
 * fails, there is one warning and nothing more is stored. The returned store never fails because of the disk.
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
    store = await openLmdbStore(folder, options);
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

function toKeyBytes(key: string): Uint8Array {
  if (key.length !== keyDigits || !/^[0-9a-f]+$/.test(key)) {
    throw new GolemError(
      "store-failed",
      `A store key has ${keyDigits} hexadecimal digits; got "${key.slice(0, 120)}".`,
    );
  }
  return Buffer.from(key, "hex");
}
