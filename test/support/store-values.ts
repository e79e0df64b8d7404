/** Embeddings and keys for tests of the store; the same number always gives the same ones. */
import { createHash } from "node:crypto";

import { computeChecksum } from "../../src/core/checksum.ts";
import type { StoredEmbedding } from "../../src/embed/store.ts";
import { computeStoreKey } from "../../src/embed/store-key.ts";
import type { Transcript } from "../../src/encoder/transcriber.ts";
import { openFileStore } from "../../src/node/disk/file-store.ts";

/** A plausible embedding that differs with its number. */
export function createStoredEmbedding(number: number, length = 96): StoredEmbedding {
  return {
    facts: {
      container: "wav",
      codec: "pcm-s16",
      sampleRate: 44_100,
      channels: 2,
      seconds: 1.25 + number,
      kept: [0.125, 1.0625],
      peak: 0.1 + 0.2,
      loudnessDb: -23.456789,
      clippedFraction: 1e-7,
      offset: 0.001,
      noiseDb: -61.5,
      fingerprint: Uint32Array.of(0, number, 0xffff_ffff),
      levels: Uint32Array.of(1, 0, number),
      audioHash: createHash("sha256").update(`audio ${number}`).digest("hex"),
      warnings: [{ code: "corrupt-audio", message: `«${number}» – обрезано 🎧`, hint: "" }],
    },
    vector: Float32Array.from({ length }, (_, i) => Math.sin(number * 1000 + i)),
    frames: 50 + number,
  };
}

/** A plausible transcript that differs with its number. */
export function createStoredTranscript(number: number): Transcript {
  return {
    text: `Запись «${number}», please 🎧`,
    logprob: -0.1 - number / 3,
    tokens: 12 + number,
    steps: 15 + number,
    vectors: [12, 3].map((length) => Float32Array.from({ length }, (_, i) => Math.cos(number * 100 + i))),
  };
}

/** A valid key that differs with its number. */
export function createStoreKey(number: number, fingerprint = "mfcc 1"): string {
  return computeStoreKey(createHash("sha256").update(`file ${number}`).digest("hex"), fingerprint);
}

/** Puts embeddings 0 to `count` - 1 into the store on disk at `folder`. */
export async function fillStore(folder: string, count: number): Promise<void> {
  const store = await openFileStore(folder);
  await Promise.all(
    Array.from({ length: count }, (_, i) => store.put(createStoreKey(i), createStoredEmbedding(i, 700))),
  );
  await store.close();
}

/** Puts the right checksum on forged bytes of a stored value, so that the checks after it are tested. */
export function seal(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, computeChecksum(bytes.subarray(12)), true);
  return bytes;
}
