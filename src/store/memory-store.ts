/**
 * Embedding stores that outlive nothing: one in memory, one that keeps nothing at all.
 *
 * Must not know: encoders, files.
 */
import { decodeEmbedding, encodeEmbedding } from "./embedding-codec.ts";
import type { EmbeddingStore } from "./store.ts";

/** Creates a store in memory, with the semantics of the one on disk: what comes out is a copy of what went in. */
export function createMemoryStore(): EmbeddingStore {
  const values = new Map<string, Uint8Array>();
  return {
    get(key) {
      const bytes = values.get(key);
      return bytes && decodeEmbedding(bytes);
    },
    async put(key, value) {
      values.set(key, encodeEmbedding(value));
    },
    async close() {},
  };
}

/** Creates a store that forgets everything: what is used when the cache folder cannot be. */
export function createNullStore(): EmbeddingStore {
  return { get: () => undefined, put: async () => {}, close: async () => {} };
}
