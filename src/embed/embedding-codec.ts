/**
 * Encodes stored embeddings as bytes, version 1. All numbers are little-endian:
 *
 *     0  u32 magic "GOLE"      4  u32 version        8  u32 CRC-32 of everything from byte 12 on
 *    12  u32 frames           16  u32 vector length 20  u32 length of the facts in bytes
 *    24  f32 x vector length  ..  facts as JSON in UTF-8
 *
 * Bytes that are damaged, foreign or of another version decode to undefined, which counts as missing; lengths
 * are checked against the input before memory is allocated.
 */

import { computeChecksum } from "../core/checksum.ts";
import { GolemError } from "../core/error.ts";
import type { StoredEmbedding, ValueCodec } from "./store.ts";
import { parseFacts, stringifyFacts } from "./stored-facts.ts";

const magic = 0x454c_4f47;
const version = 1;
const headerBytes = 24;
const checkedFrom = 12;
/** 64 MB; the layers of the largest pretrained models (49 x 2 x 1280 numbers) take half a megabyte. */
const maximumVectorLength = 1 << 24;
const maximumFactsBytes = 1 << 20;

/** Encodes an embedding as bytes; throws `store-failed` for one that could not be read back. */
export function encodeEmbedding(value: StoredEmbedding): Uint8Array {
  const factsText = stringifyFacts(value.facts);
  const { vector, frames } = value;
  if (parseFacts(factsText)?.loudnessDb !== value.facts.loudnessDb) {
    throw new GolemError(
      "store-failed",
      `Facts about audio with a field that is not a number, or without its hash, cannot be stored: ${factsText}`,
    );
  }
  const facts = new TextEncoder().encode(factsText);
  if (vector.length > maximumVectorLength || facts.length > maximumFactsBytes) {
    throw new GolemError(
      "store-failed",
      `An embedding of ${vector.length} numbers with ${facts.length} bytes of facts cannot be stored; ` +
        `expected at most ${maximumVectorLength} and ${maximumFactsBytes}.`,
    );
  }
  if (!Number.isInteger(frames) || frames < 0 || frames > 0xffff_ffff) {
    throw new GolemError("store-failed", `The number of frames is ${frames}; expected a whole number.`);
  }
  const bytes = new Uint8Array(headerBytes + vector.length * 4 + facts.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setUint32(12, frames, true);
  view.setUint32(16, vector.length, true);
  view.setUint32(20, facts.length, true);
  // The memory is copied unchanged: Float32Array is little-endian on every supported machine.
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), headerBytes);
  bytes.set(facts, headerBytes + vector.length * 4);
  view.setUint32(8, computeChecksum(bytes.subarray(checkedFrom)), true);
  return bytes;
}

/** Decodes an embedding; undefined if the bytes are not a complete, undamaged embedding of this version. */
export function decodeEmbedding(bytes: Uint8Array): StoredEmbedding | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== version) return undefined;
  const frames = view.getUint32(12, true);
  const vectorLength = view.getUint32(16, true);
  const factsLength = view.getUint32(20, true);
  if (headerBytes + vectorLength * 4 + factsLength !== bytes.length) return undefined;
  if (view.getUint32(8, true) !== computeChecksum(bytes.subarray(checkedFrom))) return undefined;
  const factsStart = headerBytes + vectorLength * 4;
  const facts = parseFacts(new TextDecoder().decode(bytes.subarray(factsStart)));
  if (!facts) return undefined;
  const vector = new Float32Array(vectorLength);
  new Uint8Array(vector.buffer).set(bytes.subarray(headerBytes, factsStart));
  return { facts, vector, frames };
}

/** The codec of embeddings. */
export const embeddingCodec: ValueCodec<StoredEmbedding> = {
  encode: encodeEmbedding,
  decode: decodeEmbedding,
};
