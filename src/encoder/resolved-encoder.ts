/**
 * An encoder that has been found: its identity, and where its files are, as plain data, so that a worker
 * thread can load it without resolving its name again.
 *
 * Not its concern: how it is found and loaded (in Node: node/models/resolve-encoder.ts and load-encoder.ts).
 */

import type { EncoderInfo } from "./encoder.ts";
import type { EncoderDescriptor } from "./encoder-descriptor.ts";

/** Where an encoder's files are, and what they are. */
export type EncoderSource =
  /** One of the registry; its weights may still have to be fetched. */
  | { readonly kind: "built-in" }
  /** A folder with a published checkpoint, of which a graph is built into the cache folder at first use. */
  | { readonly kind: "pretrained"; readonly folder: string; readonly padded: boolean }
  /** An ONNX model with a descriptor. */
  | { readonly kind: "described"; readonly model: string; readonly descriptor: EncoderDescriptor };

/** An encoder that can be loaded. */
export interface ResolvedEncoder {
  /**
   * Its identity as golems record it. `id` is the built-in name, the Hub's OWNER/NAME, or an absolute path;
   * then ?padded where it is.
   */
  readonly info: EncoderInfo;
  /** One line for lists. */
  readonly description: string;
  /** SPDX id of the weights' licence, or "unknown". */
  readonly licence: string;
  readonly source: EncoderSource;
}

/** The encoders of a set that have been found, and its transcriber; plain data as well. */
export interface ResolvedEncoderSet {
  /** Embeddings come in this order. */
  readonly encoders: readonly ResolvedEncoder[];
  /** Id of a built-in transcriber (see the registry); undefined where nothing is transcribed. */
  readonly transcriber: string | undefined;
}

/** `revision` of encoders that are files on this machine. */
export const localRevision = "local";

/** What stands after the name of an encoder whose input is padded to the length it was trained on. */
export const paddedMark = "?padded";
