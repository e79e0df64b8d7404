/**
 * One hash for a training set: which bytes under which labels, whatever the order and the names.
 *
 * Not its concern: embeddings, heads.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 (hex) over the sorted pairs of file hash and label. */
export function computeDataFingerprint(
  recordings: readonly { readonly fileHash: string; readonly label: string }[],
): string {
  const lines = recordings.map(({ fileHash, label }) => JSON.stringify([fileHash, label])).sort();
  return bytesToHex(sha256(utf8ToBytes(lines.join("\n"))));
}
