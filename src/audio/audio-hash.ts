/**
 * A hash of decoded audio: equal for the same samples in different lossless containers, different otherwise.
 *
 * Not its concern: files.
 *
 * The down-mix is quantised to 24 bits (so that the last bits of float arithmetic have no effect), cut into
 * blocks of 2^18 samples, and hashed as SHA-256(rate, SHA-256 of each block). Blocks use the platform's
 * SHA-256 where available (Web Crypto), which is ten times as fast and runs in parallel with the decoder; the
 * result is the same without it.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { computeSha256, createSha256 } from "../core/sha256.ts";

/** Hashes a mono stream at its native rate. */
interface AudioHasher {
  /** Adds samples. Resolves immediately, unless the previous block is still being hashed. */
  push(samples: Float32Array): Promise<void>;
  /** Returns the hash, 64 hexadecimal digits. */
  finish(): Promise<string>;
}

const blockSamples = 1 << 18;

/** Computes the SHA-256 of bytes. */
type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** The platform's SHA-256; web pages only have it in secure contexts. */
const digestPlatform: Digest | undefined = globalThis.crypto?.subtle
  ? async (bytes) => new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes))
  : undefined;

/** SHA-256 in JavaScript. */
export const digestPortable: Digest = async (bytes) => computeSha256(bytes);

/** Creates a hasher for samples at `sampleRate` Hz. */
export function createAudioHasher(
  sampleRate: number,
  digest: Digest = digestPlatform ?? digestPortable,
): AudioHasher {
  const whole = createSha256();
  whole.update(new TextEncoder().encode(`golem-audio-hash-1 ${sampleRate}\n`));
  let block = new Uint8Array(3 * 16_384);
  let filled = 0;
  let spare: Uint8Array<ArrayBuffer> | undefined;
  let pending: Promise<Uint8Array> | undefined;

  const settle = async (): Promise<void> => {
    const before = pending;
    pending = undefined;
    if (before) whole.update(await before);
  };
  const grow = (): void => {
    const grown = new Uint8Array(Math.min(2 * block.length, 3 * blockSamples));
    grown.set(block);
    block = grown;
  };

  return {
    push: async (samples) => {
      for (let i = 0; i < samples.length; i++) {
        if (filled === block.length) grow();
        const value = Math.round(samples[i]! * 8_388_608) | 0;
        block[filled++] = value;
        block[filled++] = value >> 8;
        block[filled++] = value >> 16;
        if (filled < 3 * blockSamples) continue;
        await settle();
        pending = digest(block);
        [block, spare] = [spare ?? new Uint8Array(3 * blockSamples), block];
        filled = 0;
      }
    },
    finish: async () => {
      await settle();
      if (filled > 0) whole.update(await digest(block.slice(0, filled)));
      return bytesToHex(whole.digest());
    },
  };
}
