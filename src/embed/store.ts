/**
 * The embedding store: the outputs of networks for recordings, kept so that each is computed once.
 *
 * Not its concern: labels, heads, which database holds the bytes.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { Pooled } from "../encoder/encoder.ts";
import type { Transcript } from "../encoder/transcriber.ts";

/** What is kept for one recording and one encoder: the pooled layers, and the facts of its audio. */
export interface StoredEmbedding extends Pick<Pooled, "vector" | "frames"> {
  readonly facts: AudioFacts;
}

/** Values by key. Keys come from `computeStoreKey`. */
export interface KeyedValues<Value> {
  get(key: string): Value | undefined;
  /** Resolves once the value is committed: a kill afterwards does not lose it. */
  put(key: string, value: Value): Promise<void>;
}

/** Key-value store of embeddings, and of transcripts beside them: one database, one `close`. */
export interface EmbeddingStore extends KeyedValues<StoredEmbedding> {
  readonly transcripts: KeyedValues<Transcript>;
  close(): Promise<void>;
}

/** How values of one kind become bytes and come back. */
export interface ValueCodec<Value> {
  /** Throws `store-failed` for a value that could not be read back. */
  encode(value: Value): Uint8Array;
  /** Undefined for bytes that are damaged, of another kind or of another version. */
  decode(bytes: Uint8Array): Value | undefined;
}
