/** The embedding store's public names. */

export type { Transcript } from "../encoder/transcriber.ts";
export { decodeEmbedding, encodeEmbedding } from "./embedding-codec.ts";
export { createMemoryStore, createNullStore } from "./memory-store.ts";
export type { EmbeddingStore, KeyedValues, StoredEmbedding } from "./store.ts";
export { computeStoreKey, fingerprintDigits, keyDigits } from "./store-key.ts";
export { decodeTranscript, encodeTranscript } from "./transcript-codec.ts";
