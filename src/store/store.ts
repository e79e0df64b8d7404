/**
 * The embedding store: what an encoder said about a recording, kept so that it is said once.
 *
 * Must not know: labels, heads, which database holds the bytes.
 */
import type { AudioFacts } from "../audio/audio.ts";

/** What is kept for one recording and one encoder. */
export interface StoredEmbedding {
  readonly facts: AudioFacts;
  /** [layers, 2 x dimensions], row-major; see `Pooled` in the encoder stage. */
  readonly vector: Float32Array;
  readonly frames: number;
}

/** Key-value store of embeddings. Keys come from `computeStoreKey`. */
export interface EmbeddingStore {
  get(key: string): StoredEmbedding | undefined;
  /** Resolves once the value is committed: a kill afterwards does not lose it. */
  put(key: string, value: StoredEmbedding): Promise<void>;
  close(): Promise<void>;
}
