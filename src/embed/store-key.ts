/** Keys of the embedding store: the same bytes, encoder and settings give the same key. */

import { GolemError } from "../core/error.ts";
import { computeSha256Hex } from "../core/sha256.ts";

/** Number of hexadecimal digits of the fingerprint's digest at the start of a key (128 bits). */
export const fingerprintDigits = 32;

/** Hexadecimal digits of a whole key: fingerprint digest, then SHA-256 of the file. */
export const keyDigits = fingerprintDigits + 64;

/** The latest fingerprints and their digests: one run uses a few fingerprints thousands of times. */
const digests = new Map<string, string>();
const maximumDigests = 64;

/**
 * Computes the key of one recording for one fingerprint: 96 hexadecimal digits. Throws `store-failed` for an
 * incomplete hash.
 *
 * The fingerprint comes first, so that the entries of one encoder are stored together and can be counted.
 *
 * @param fileHash SHA-256 of the file's bytes, 64 hexadecimal digits.
 * @param fingerprint Any text that changes whenever encoder, decoder or audio settings change the embedding.
 */
export function computeStoreKey(fileHash: string, fingerprint: string): string {
  if (!/^[0-9a-f]{64}$/.test(fileHash)) {
    throw new GolemError(
      "store-failed",
      `A file's hash is 64 lower-case hexadecimal digits; got "${fileHash.slice(0, 80)}".`,
    );
  }
  let digest = digests.get(fingerprint);
  if (digest === undefined) {
    if (digests.size >= maximumDigests) digests.clear();
    digest = computeSha256Hex(fingerprint).slice(0, fingerprintDigits);
    digests.set(fingerprint, digest);
  }
  return digest + fileHash;
}
