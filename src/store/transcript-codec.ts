/**
 * Stored transcripts as bytes, version 1. All numbers little-endian:
 *
 *     0  u32 magic "GOLT"      4  u32 version        8  u32 CRC-32 of everything from byte 12 on
 *    12  f64 log-probability  20  u32 tokens        24  text in UTF-8, to the end
 *
 * Bytes that are damaged, foreign or of another version decode to undefined, that is, to a miss.
 * Must not know: keys, databases.
 */
import { GolemError } from "../core/error.ts";
import { computeChecksum } from "./checksum.ts";
import type { StoredTranscript, ValueCodec } from "./store.ts";

const magic = 0x544c_4f47;
const version = 1;
const headerBytes = 24;
const checkedFrom = 12;
/** A day of speech. */
const maximumTextBytes = 1 << 22;

/** Turns a transcript into bytes; throws `store-failed` for one that could not be read back. */
export function encodeTranscript({ text, logprob, tokens }: StoredTranscript): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length > maximumTextBytes || !Number.isFinite(logprob) || !isCount(tokens)) {
    throw new GolemError(
      "store-failed",
      `A transcript of ${encoded.length} bytes, ${tokens} tokens and log-probability ${logprob} was to be stored; ` +
        `at most ${maximumTextBytes} bytes are, and finite numbers.`,
    );
  }
  const bytes = new Uint8Array(headerBytes + encoded.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setFloat64(12, logprob, true);
  view.setUint32(20, tokens, true);
  bytes.set(encoded, headerBytes);
  view.setUint32(8, computeChecksum(bytes.subarray(checkedFrom)), true);
  return bytes;
}

/** Reads a transcript back; undefined when the bytes are not one of this version, whole and undamaged. */
export function decodeTranscript(bytes: Uint8Array): StoredTranscript | undefined {
  if (bytes.length < headerBytes || bytes.length > headerBytes + maximumTextBytes) return undefined;
  if (!isTranscript(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(4, true) !== version) return undefined;
  if (view.getUint32(8, true) !== computeChecksum(bytes.subarray(checkedFrom))) return undefined;
  const logprob = view.getFloat64(12, true);
  if (!Number.isFinite(logprob)) return undefined;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(headerBytes));
  return { text, logprob, tokens: view.getUint32(20, true) };
}

/** Whether bytes of the store are a transcript rather than an embedding, damaged or not. */
export function isTranscript(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === magic;
}

/** Both ways. */
export const transcriptCodec: ValueCodec<StoredTranscript> = {
  encode: encodeTranscript,
  decode: decodeTranscript,
};

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
