/**
 * The embedding store: what networks said about a recording, kept so that it is said once.
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

/** What is kept for one recording and one transcriber; see `Transcript` in the encoder stage. */
export interface StoredTranscript {
  readonly text: string;
  readonly logprob: number;
  readonly tokens: number;
  readonly steps: number;
  readonly vectors: readonly Float32Array[];
}

/** Values by key. Keys come from `computeStoreKey`. */
export interface KeyedValues<Value> {
  get(key: string): Value | undefined;
  /** Resolves once the value is committed: a kill afterwards does not lose it. */
  put(key: string, value: Value): Promise<void>;
}

/** Key-value store of embeddings, and of transcripts beside them: one database, one `close`. */
export interface EmbeddingStore extends KeyedValues<StoredEmbedding> {
  readonly transcripts: KeyedValues<StoredTranscript>;
  close(): Promise<void>;
}

/** How values of one kind become bytes and come back. */
export interface ValueCodec<Value> {
  /** Throws `store-failed` for a value that could not be read back. */
  encode(value: Value): Uint8Array;
  /** Undefined for bytes that are damaged, of another kind or of another version. */
  decode(bytes: Uint8Array): Value | undefined;
}
