/**
 * The audio facts of a stored embedding as JSON text, and back with every field checked.
 *
 * JSON has no infinity; the loudness of digital silence (-Infinity dB) is written as null.
 * Must not know: the binary frame around the text.
 */
import type { AudioFacts } from "../audio/audio.ts";
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
    audioHash: facts.audioHash,
    warnings: facts.warnings.map(({ code, message, hint }) => ({ code, message, hint })),
  });
}

/** Reads facts from JSON; undefined for anything that is not exactly what {@link stringifyFacts} writes. */
export function parseFacts(text: string): AudioFacts | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { container, codec, sampleRate, channels, seconds, kept, peak, clippedFraction, audioHash } = value;
  const loudnessDb = value.loudnessDb === null ? Number.NEGATIVE_INFINITY : value.loudnessDb;
  if (!isText(container) || !isText(codec) || !isText(audioHash)) return undefined;
  if (!isNumber(sampleRate) || !isNumber(channels) || !isNumber(seconds)) return undefined;
  if (!isNumber(peak) || !isNumber(clippedFraction) || typeof loudnessDb !== "number") return undefined;
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
    audioHash,
    warnings: value.warnings.map(({ code, message, hint }) => ({ code, message, hint })),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
