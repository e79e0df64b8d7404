/**
 * The interface of decoders: bytes of one recording in, planar samples out, chunk by chunk.
 *
 * Not its concern: any format, resampling, trimming.
 */

import type { ByteSource } from "../../core/byte-source.ts";
import type { ErrorRecord } from "../../core/error.ts";
import type { ByteAccount } from "./byte-account.ts";
import type { Content } from "./content.ts";

/** Options of decoding. */
export interface DecodeOptions {
  /** Aborting it makes the stream reject with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** A recording being decoded. Initially only its headers have been read. */
export interface DecodedStream {
  /** See `AudioFacts.container`. */
  readonly container: string;
  /** See `AudioFacts.codec`. */
  readonly codec: string;
  /** In Hz, 1000 to 768000. */
  readonly sampleRate: number;
  /** 1 to 8. */
  readonly channels: number;
  /** Duration according to the headers, in seconds; absent if they do not state it or cannot be trusted. */
  readonly declaredSeconds?: number;
  /** Whether `declaredSeconds` may be wrong, so that no file is rejected because of it; default false. */
  readonly isEstimate?: boolean;
  /** One Float32Array per channel, all of the same length; at most a few seconds per chunk. Single use. */
  readonly chunks: AsyncIterable<readonly Float32Array[]>;
  /** Grows while chunks are read; complete when they end. */
  readonly warnings: readonly ErrorRecord[];
  /** The account of all bytes; `decodeSource` reports it when the chunks end. */
  readonly account?: ByteAccount;
}

/** A decoder of some kinds of content. */
export interface Decoder {
  /** Name and version; recorded in every golem, since another decoder gives other samples. */
  readonly id: string;
  /** Whether this decoder supports content of this kind. */
  canDecode(content: Content): boolean;
  /** Reads the headers; rejects with a coded error if there is nothing to decode. */
  decode(source: ByteSource, options: DecodeOptions): Promise<DecodedStream>;
}
