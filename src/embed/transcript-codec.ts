/**
 * Encodes stored transcripts as bytes, version 2. All numbers are little-endian:
 *
 *     0  u32 magic "GOLT"      4  u32 version        8  u32 CRC-32 of everything from byte 12 on
 *    12  f64 log-probability  20  u32 tokens        24  u32 steps
 *    28  u32 number of vectors    32  u32 length of each    ..  f32 of one vector after the other
 *    ..  text in UTF-8, to the end
 *
 * Bytes that are damaged, foreign or of another version decode to undefined, which counts as missing; lengths
 * are checked against the input before memory is allocated.
 */

import { computeChecksum } from "../core/checksum.ts";
import { GolemError } from "../core/error.ts";
import type { Transcript } from "../encoder/transcriber.ts";
import type { ValueCodec } from "./store.ts";

const magic = 0x544c_4f47;
const version = 2;
const headerBytes = 32;
const checkedFrom = 12;
/** 4 MB, enough for a day of speech. */
const maximumTextBytes = 1 << 22;
const maximumVectors = 16;
/** Maximum length of all vectors together: 4 MB. */
const maximumNumbers = 1 << 20;
const numberBytes = Float32Array.BYTES_PER_ELEMENT;

/** Encodes a transcript as bytes; throws `store-failed` for one that could not be read back. */
export function encodeTranscript({ text, logprob, tokens, steps, vectors }: Transcript): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const numbers = countNumbers(vectors);
  if (
    encoded.length > maximumTextBytes ||
    vectors.length > maximumVectors ||
    numbers > maximumNumbers ||
    !Number.isFinite(logprob) ||
    !isCount(tokens) ||
    !isCount(steps)
  ) {
    throw new GolemError(
      "store-failed",
      `A transcript of ${encoded.length} bytes, ${tokens} tokens, ${steps} steps, log-probability ${logprob} and ` +
        `${vectors.length} vectors of ${numbers} numbers cannot be stored; expected at most ${maximumTextBytes} bytes, ` +
        `${maximumVectors} vectors and ${maximumNumbers} numbers, whole counts and a finite log-probability.`,
    );
  }
  const vectorsStart = headerBytes + 4 * vectors.length;
  const textStart = vectorsStart + numbers * numberBytes;
  const bytes = new Uint8Array(textStart + encoded.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setFloat64(12, logprob, true);
  view.setUint32(20, tokens, true);
  view.setUint32(24, steps, true);
  view.setUint32(28, vectors.length, true);
  let place = vectorsStart;
  for (const [i, vector] of vectors.entries()) {
    view.setUint32(headerBytes + 4 * i, vector.length, true);
    // The memory is copied unchanged: Float32Array is little-endian on every supported machine.
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), place);
    place += vector.byteLength;
  }
  bytes.set(encoded, textStart);
  view.setUint32(8, computeChecksum(bytes.subarray(checkedFrom)), true);
  return bytes;
}

/** Decodes a transcript; undefined if the bytes are not a complete, undamaged transcript of this version. */
export function decodeTranscript(bytes: Uint8Array): Transcript | undefined {
  if (bytes.length < headerBytes || !isTranscript(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(4, true) !== version) return undefined;
  const count = view.getUint32(28, true);
  if (count > maximumVectors || headerBytes + 4 * count > bytes.length) return undefined;
  const lengths = Array.from({ length: count }, (_, i) => view.getUint32(headerBytes + 4 * i, true));
  const numbers = lengths.reduce((sum, length) => sum + length, 0);
  const textStart = headerBytes + 4 * count + numbers * numberBytes;
  if (numbers > maximumNumbers || textStart > bytes.length) return undefined;
  if (bytes.length - textStart > maximumTextBytes) return undefined;
  if (view.getUint32(8, true) !== computeChecksum(bytes.subarray(checkedFrom))) return undefined;
  const logprob = view.getFloat64(12, true);
  if (!Number.isFinite(logprob)) return undefined;
  let place = headerBytes + 4 * count;
  const vectors = lengths.map((length) => {
    const vector = new Float32Array(length);
    new Uint8Array(vector.buffer).set(bytes.subarray(place, place + vector.byteLength));
    place += vector.byteLength;
    return vector;
  });
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(textStart));
  return { text, logprob, tokens: view.getUint32(20, true), steps: view.getUint32(24, true), vectors };
}

/** Whether bytes of the store are a transcript rather than an embedding; they may be damaged. */
export function isTranscript(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === magic;
}

/** The codec of transcripts. */
export const transcriptCodec: ValueCodec<Transcript> = {
  encode: encodeTranscript,
  decode: decodeTranscript,
};

function countNumbers(vectors: readonly Float32Array[]): number {
  return vectors.reduce((sum, vector) => sum + vector.length, 0);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
