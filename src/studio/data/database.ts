/**
 * IndexedDB with promises: stores, and transactions that are committed as a whole or not at all.
 *
 * IndexedDB 3.0 (W3C). Writes use strict durability: once they resolve, a crash does not lose them.
 * Not its concern: what the values mean.
 */

import { GolemError } from "../../core/error.ts";

/**
 * Stores: tasks and recordings by id, sounds (bytes) by recording, embeddings (bytes; the store is still
 * called "hearings", as in existing databases) by store key, golems by task.
 */
const storeNames = ["tasks", "recordings", "sounds", "hearings", "golems"] as const;

/** Name of a store. */
export type StoreName = (typeof storeNames)[number];

const version = 1;

/** Opens the database, creating it where there is none; closes it again when another page upgrades it. */
export function openDatabase(name = "golem-studio"): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const store of storeNames) {
      const created = request.result.createObjectStore(store);
      if (store === "recordings") created.createIndex("task", "task");
    }
  };
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("The database is in use by an older page of the studio."));
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

const createFullError = (cause: DOMException) =>
  new GolemError("store-failed", "The browser's storage is full; room for the recording was expected.", {
    hint: "Delete a task, then try again.",
    cause,
  });

/** The result of one request. */
export function getResult<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Reads within one transaction. */
export function readStores<Value>(
  database: IDBDatabase,
  stores: readonly StoreName[],
  read: (get: (name: StoreName) => IDBObjectStore) => Promise<Value>,
): Promise<Value> {
  const transaction = database.transaction(stores, "readonly");
  return read((name) => transaction.objectStore(name));
}

/**
 * Writes within one transaction: everything, or nothing if it rejects. Resolves when it is on the disk;
 * rejects with `store-failed` where the browser has no room left.
 */
export function writeStores(
  database: IDBDatabase,
  stores: readonly StoreName[],
  write: (get: (name: StoreName) => IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => {
      const { error } = transaction;
      const isFull = error?.name === "QuotaExceededError";
      reject(isFull ? createFullError(error) : (error ?? new Error("The transaction was given up.")));
    };
  });
  try {
    write((name) => transaction.objectStore(name));
  } catch (error) {
    transaction.abort();
    done.catch(() => {});
    return Promise.reject(error);
  }
  return done;
}
