/**
 * Hashes of the audio of recordings that are not listed one by one, shortened to 64 bits and packed as text.
 * A new recording is found among a million of them by chance with a probability below 10^-13.
 */
import { encodeBase64 } from "../core/base64.ts";

/** The first 64 bits of a SHA-256 in hex. */
export const shortenHash = (hash: string): bigint => BigInt(`0x${hash.slice(0, 16)}`);

const hashBytes = 8;

/** Packs ascending hashes: base64 of their bytes, big-endian. */
export function packHashes(hashes: BigUint64Array): string {
  const view = new DataView(new ArrayBuffer(hashBytes * hashes.length));
  for (let i = 0; i < hashes.length; i++) view.setBigUint64(hashBytes * i, hashes[i]!);
  return encodeBase64(new Uint8Array(view.buffer));
}

/** Creates a function that looks up a hash of audio among packed hashes, which may be undefined. */
export function createHashCheck(packed: string | undefined): (audioHash: string) => boolean {
  if (packed === undefined) return () => false;
  const text = atob(packed);
  const view = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  return (audioHash) => {
    const hash = shortenHash(audioHash);
    let [low, high] = [0, Math.floor(text.length / hashBytes)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (view.getBigUint64(hashBytes * middle) < hash) low = middle + 1;
      else high = middle;
    }
    return hashBytes * low < text.length - hashBytes + 1 && view.getBigUint64(hashBytes * low) === hash;
  };
}
