/** Embedding stores that do not persist: one in memory, one that stores nothing. */
import { embeddingCodec } from "./embedding-codec.ts";
import type { EmbeddingStore, KeyedValues, ValueCodec } from "./store.ts";
import { transcriptCodec } from "./transcript-codec.ts";

/** Creates a store in memory, with the semantics of the one on disk: values are copied. */
export function createMemoryStore(): EmbeddingStore {
  const values = new Map<string, Uint8Array>();
  const view = <Value>(codec: ValueCodec<Value>): KeyedValues<Value> => ({
    get(key) {
      const bytes = values.get(key);
      return bytes && codec.decode(bytes);
    },
    async put(key, value) {
      values.set(key, codec.encode(value));
    },
  });
  return { ...view(embeddingCodec), transcripts: view(transcriptCodec), close: async () => {} };
}

/** Creates a store that stores nothing, for use without a cache folder. */
export function createNullStore(): EmbeddingStore {
  const nothing = { get: () => undefined, put: async () => {} };
  return { ...nothing, transcripts: nothing, close: async () => {} };
}
