/**
 * A resolved encoder: its identity and the location of its files, as plain data, so that a worker thread can
 * load it without resolving its name again.
 *
 * Not its concern: how it is found and loaded (in Node: node/models/resolve-encoder.ts and load-encoder.ts).
 */

import type { EncoderDescriptor } from "./described/encoder-descriptor.ts";
import type { EncoderInfo } from "./encoder.ts";
import type { TranscriberInfo } from "./transcriber.ts";

/** The kind of an encoder's files, and their location. */
export type EncoderSource =
  /** One of the registry; its weights may still have to be fetched. */
  | { readonly kind: "built-in" }
  /** A folder with a published checkpoint; its graph is built in the cache folder at first use. */
  | { readonly kind: "pretrained"; readonly folder: string; readonly padded: boolean }
  /** An ONNX model with a descriptor. */
  | { readonly kind: "described"; readonly model: string; readonly descriptor: EncoderDescriptor };

/** An encoder that can be loaded. */
export interface ResolvedEncoder {
  /**
   * Its identity as golems record it. `id` is the built-in name, the Hub's OWNER/NAME, or an absolute path,
   * followed by ?padded if it is.
   */
  readonly info: EncoderInfo;
  /** One line for lists. */
  readonly description: string;
  /** SPDX id of the weights' licence, or "unknown". */
  readonly licence: string;
  readonly source: EncoderSource;
}

/** A transcriber that can be loaded. */
export interface ResolvedTranscriber {
  readonly info: TranscriberInfo;
  readonly source: /** One of the registry. */
    | { readonly kind: "built-in" }
    /** The decoder of the checkpoint in a folder. `language`: its code; recognised if undefined. */
    | { readonly kind: "pretrained"; readonly folder: string; readonly language: string | undefined };
}

/** The resolved encoders of a set, and its transcriber; plain data. */
export interface ResolvedEncoderSet {
  /** Embeddings come in this order. */
  readonly encoders: readonly ResolvedEncoder[];
  /** Undefined if nothing is transcribed. */
  readonly transcriber: ResolvedTranscriber | undefined;
}

/** `revision` of encoders that are files on this machine. */
export const localRevision = "local";

/** Suffix of the name of an encoder whose input is padded to the length it was trained on. */
export const paddedMark = "?padded";

/** Suffix, before a code, of the name of a checkpoint whose transcriber writes that language alone. */
const languageMark = "?language=";

/** The parts of an encoder's name as users give it: NAME, ?padded and ?language=CODE in any order. */
export interface EncoderName {
  readonly name: string;
  readonly padded: boolean;
  readonly language: string | undefined;
}

/** Splits an encoder's name. */
export function parseEncoderName(given: string): EncoderName {
  const language = /[?&]language=([a-z]{2,4})(?=$|[?&])/.exec(given);
  const rest = language ? given.replace(language[0], "").replace(/&/, "?") : given;
  const padded = rest.endsWith(paddedMark);
  return {
    name: padded ? rest.slice(0, -paddedMark.length) : rest,
    ...{ padded, language: language?.[1] },
  };
}

/** Returns the id of the transcriber of a checkpoint. */
export function getTranscriberId(name: string, language: string | undefined): string {
  return language === undefined ? name : `${name}${languageMark}${language}`;
}
