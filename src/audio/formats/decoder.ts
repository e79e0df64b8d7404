/**
 * The interface of a decoder: bytes of one recording in, planar samples out, chunk by chunk.
 *
 * Not its concern: any format, resampling, trimming.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import type { ErrorRecord } from "../../core/error.ts";
import type { Content } from "./content.ts";

/** Options of one decoding. */
export interface DecodeOptions {
  /** Aborting it makes the stream reject with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** A recording being decoded. Nothing beyond the headers has been read when it is handed out. */
export interface DecodedStream {
  /** See `AudioFacts.container`. */
  readonly container: string;
  /** See `AudioFacts.codec`. */
  readonly codec: string;
  /** In Hz, 1000 to 384000. */
  readonly sampleRate: number;
  /** 1 to 8. */
  readonly channels: number;
  /** What the headers promise, in seconds; absent when they do not say, or are not to be trusted. */
  readonly declaredSeconds?: number;
  /** One Float32Array a channel, all of one length; a chunk never holds more than a few seconds. Single use. */
  readonly chunks: AsyncIterable<readonly Float32Array[]>;
  /** Grows while chunks are read; complete once they end. */
  readonly warnings: readonly ErrorRecord[];
}

/** Something that decodes some kinds of content. */
export interface Decoder {
  /** Name and version: part of every golem, since another decoder gives other samples. */
  readonly id: string;
  /** Whether this decoder takes content of that kind. */
  canDecode(content: Content): boolean;
  /** Reads the headers; rejects with a coded error when there is nothing to decode. */
  decode(source: ByteSource, options: DecodeOptions): Promise<DecodedStream>;
}
