/**
 * Keys of those who may use the server: kept as hashes, compared in a time that tells nothing.
 *
 * Not its concern: HTTP, where keys are kept.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { GolemError } from "../core/error.ts";

/** Shortest key taken, in characters: shorter ones can be guessed. */
const minimumLength = 16;

/** Says whether a key is one of those it was made of. */
export type KeyCheck = (key: string) => boolean;

/** Reads keys, one a line; empty lines and those that begin with # do not count. Throws `invalid-option` where there is none, or a short one. */
export function parseApiKeys(text: string, origin: string): string[] {
  const keys = text
    .split(/[\r\n,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const short = keys.filter((key) => key.length < minimumLength).length;
  if (keys.length === 0 || short > 0) {
    throw new GolemError(
      "invalid-option",
      `${origin} holds ${keys.length} keys, ${short} of them shorter than ${minimumLength} characters; expected at least one, and none so short.`,
      { hint: "Make one with `openssl rand -hex 32`." },
    );
  }
  return keys;
}

/** Creates the check; with no keys nothing is let through. */
export function createKeyCheck(keys: readonly string[]): KeyCheck {
  const hashes = keys.map(hash);
  return (key) => {
    const presented = hash(key);
    // All are compared, so that the time does not tell which one it was.
    return hashes.reduce((found, known) => timingSafeEqual(known, presented) || found, false);
  };
}

function hash(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
