/**
 * Converts the audio facts of a stored embedding to JSON text and back; every field is checked.
 *
 * JSON has no infinity; the loudness of digital silence (-Infinity dB) is written as null. A fingerprint is
 * written as its version, a colon and its words in hexadecimal digits, and its levels likewise; facts of
 * other versions count as missing. Not its concern: the binary format around the text.
 */

import type { AudioFacts } from "../audio/audio.ts";
import { fingerprintParameters, levelParameters } from "../audio/fingerprint.ts";
import { isRecord, parseBoundedJson } from "../core/bounded-json.ts";
import type { ErrorRecord } from "../core/error.ts";

/** Writes facts as JSON. */
export function stringifyFacts(facts: AudioFacts): string {
  return JSON.stringify({
    container: facts.container,
    codec: facts.codec,
    sampleRate: facts.sampleRate,
    channels: facts.channels,
    seconds: facts.seconds,
    kept: [facts.kept[0], facts.kept[1]],
    peak: facts.peak,
    loudnessDb: facts.loudnessDb === Number.NEGATIVE_INFINITY ? null : facts.loudnessDb,
    clippedFraction: facts.clippedFraction,
    offset: facts.offset,
    noiseDb: facts.noiseDb,
    fingerprint: writeWords(fingerprintHead, facts.fingerprint),
    levels: writeWords(levelsHead, facts.levels),
    audioHash: facts.audioHash,
    warnings: facts.warnings.map(({ code, message, hint }) => ({ code, message, hint })),
  });
}

/** Reads facts from JSON; undefined for anything that is not exactly what {@link stringifyFacts} writes. */
export function parseFacts(text: string): AudioFacts | undefined {
  let value: unknown;
  try {
    value = parseBoundedJson(text, Error);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { container, codec, sampleRate, channels, seconds, kept, peak, clippedFraction, audioHash } = value;
  const { offset, noiseDb } = value;
  const fingerprint = readWords(fingerprintHead, value.fingerprint);
  const levels = readWords(levelsHead, value.levels);
  const loudnessDb = value.loudnessDb === null ? Number.NEGATIVE_INFINITY : value.loudnessDb;
  if (!isText(container) || !isText(codec) || !isText(audioHash) || audioHash === "") return undefined;
  if (!isNumber(sampleRate) || !isNumber(channels) || !isNumber(seconds)) return undefined;
  if (!isNumber(peak) || !isNumber(clippedFraction) || typeof loudnessDb !== "number") return undefined;
  if (!isNumber(offset) || !isNumber(noiseDb) || !fingerprint || !levels) return undefined;
  if (!Array.isArray(kept) || kept.length !== 2 || !isNumber(kept[0]) || !isNumber(kept[1])) return undefined;
  if (!Array.isArray(value.warnings) || !value.warnings.every(isErrorRecord)) return undefined;
  return {
    container,
    codec,
    sampleRate,
    channels,
    seconds,
    kept: [kept[0], kept[1]],
    peak,
    loudnessDb,
    clippedFraction,
    offset,
    noiseDb,
    fingerprint,
    levels,
    audioHash,
    warnings: value.warnings.map(({ code, message, hint }) => ({ code, message, hint })),
  };
}

const fingerprintHead = `${fingerprintParameters.version}:`;
const levelsHead = `${levelParameters.version}:`;

function writeWords(head: string, words: Uint32Array): string {
  let text = head;
  for (const word of words) text += word.toString(16).padStart(8, "0");
  return text;
}

function readWords(head: string, text: unknown): Uint32Array | undefined {
  if (!isText(text) || !text.startsWith(head)) return undefined;
  const digits = text.slice(head.length);
  if (digits.length % 8 !== 0 || !/^[0-9a-f]*$/.test(digits)) return undefined;
  return Uint32Array.from({ length: digits.length / 8 }, (_, i) =>
    Number.parseInt(digits.slice(8 * i, 8 * i + 8), 16),
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isErrorRecord(value: unknown): value is ErrorRecord {
  return isRecord(value) && isText(value.code) && isText(value.message) && isText(value.hint);
}
