/**
 * What stands for a term of a transcript in a golem that is passed on: the first 64 bits of SHA-256 over its UTF-8 bytes, as hex.
 *
 * Terms can be looked up by it but not read. It is no secret: whoever hashes a list of words, or all runs of five letters, finds those that
 * are among them. A salt in the golem would not change that, and a slow hash would make every prediction slow.
 * Not its concern: vocabularies.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const hashBytes = 8;

/** The hash of a term, 16 hex digits. Of 16,000 terms two are alike with a probability below 1e-11. */
export function hashTerm(term: string): string {
  return bytesToHex(sha256(utf8ToBytes(term)).subarray(0, hashBytes));
}
