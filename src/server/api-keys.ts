/** API keys, stored as hashes and compared in constant time; clients' names by key or address. */

import { createHash, timingSafeEqual } from "node:crypto";
import { isIPv6 } from "node:net";
import { GolemError } from "../core/error.ts";

/** Minimum length of a key, in characters: shorter ones can be guessed. */
const minimumLength = 16;

/** Returns whether a key is valid. */
export type KeyCheck = (key: string) => boolean;

/**
 * Reads keys, one per line; empty lines and lines that begin with # are skipped. Throws `invalid-option` if
 * there is none, or one is too short; the message states `origin`.
 */
export function parseApiKeys(text: string, origin: string): string[] {
  const keys = text
    .split(/[\r\n,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const short = keys.filter((key) => key.length < minimumLength).length;
  if (keys.length === 0 || short > 0) {
    throw new GolemError(
      "invalid-option",
      `${origin} contains ${keys.length} keys, ${short} of them shorter than ${minimumLength} characters; expected at least one key, and none shorter.`,
      { hint: "Create one with `openssl rand -hex 32`." },
    );
  }
  return keys;
}

/** Creates the check; without keys, every key is rejected. */
export function createKeyCheck(keys: readonly string[]): KeyCheck {
  const hashes = keys.map(hash);
  return (key) => {
    const presented = hash(key);
    // All keys are compared, so that the time does not depend on which one matches.
    return hashes.reduce((found, known) => timingSafeEqual(known, presented) || found, false);
  };
}

function hash(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** Groups of an IPv6 address that belong to one network (RFC 6177: a site is given a /64 or more). */
const networkGroups = 4;

/** Gets a name for the client without its key. Addresses of one IPv6 network are one client. */
export function getClientName(key: string | undefined, address: string | undefined): string {
  if (key !== undefined) return `key ${createHash("sha256").update(key).digest("base64url")}`;
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address ?? "") ?? [];
  if (mapped !== undefined) return mapped;
  if (address === undefined || !isIPv6(address)) return address ?? "";
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const first = head.split(":").filter(Boolean);
  const last = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...new Array<string>(zeros).fill("0"), ...last].slice(0, networkGroups).join(":");
}
