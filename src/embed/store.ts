/** The interface of the embedding store: outputs of networks, so that each is computed once. */
import type { AudioFacts } from "../audio/audio.ts";
import type { Pooled } from "../encoder/encoder.ts";
import type { Transcript } from "../encoder/transcriber.ts";

/** The stored value for one recording and one encoder: the pooled layers, and the facts about its audio. */
export interface StoredEmbedding extends Pick<Pooled, "vector" | "frames"> {
  readonly facts: AudioFacts;
}

/** Values by key. Keys come from `computeStoreKey`. */
export interface KeyedValues<Value> {
  get(key: string): Value | undefined;
  /** Resolves when the value is committed: killing the process afterwards does not lose it. */
  put(key: string, value: Value): Promise<void>;
}

/** Key-value store of embeddings and of transcripts, closed together. */
export interface EmbeddingStore extends KeyedValues<StoredEmbedding> {
  readonly transcripts: KeyedValues<Transcript>;
  close(): Promise<void>;
}

/** Encodes and decodes values of one kind. */
export interface ValueCodec<Value> {
  /** Throws `store-failed` for a value that could not be read back. */
  encode(value: Value): Uint8Array;
  /** Undefined for bytes that are damaged, of another kind or of another version. */
  decode(bytes: Uint8Array): Value | undefined;
}
