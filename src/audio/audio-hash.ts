/**
 * A hash of decoded audio: equal for the same samples in different lossless containers, different otherwise.
 *
 * SHA-256 over the sample rate and the down-mix quantised to 24 bits (so that the last bits of float arithmetic do not
 * count). Must not know: files.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Hashes a mono stream at its native rate. */
export interface AudioHasher {
  push(samples: Float32Array): void;
  /** 64 hexadecimal digits. */
  finish(): string;
}

/** Creates a hasher for samples at `sampleRate` Hz. */
export function createAudioHasher(sampleRate: number): AudioHasher {
  const hash = sha256.create();
  hash.update(new TextEncoder().encode(`golem-audio-hash-1 ${sampleRate}\n`));
  let bytes = new Uint8Array(0);
  return {
    push: (samples) => {
      if (bytes.length < samples.length * 3) bytes = new Uint8Array(samples.length * 3);
      let at = 0;
      for (let i = 0; i < samples.length; i++) {
        const value = Math.round(samples[i]! * 8_388_608) | 0;
        bytes[at++] = value;
        bytes[at++] = value >> 8;
        bytes[at++] = value >> 16;
      }
      hash.update(bytes.subarray(0, at));
    },
    finish: () => bytesToHex(hash.digest()),
  };
}
