/** WAV files for measuring. */
import { encodeFloatWav } from "../src/audio/wav-writer.ts";

/** A 16-bit mono WAV file at 16 kHz. */
export function createWav16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.set(encodeFloatWav(new Float32Array(0), 16_000).subarray(0, 44));
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.writeUInt32LE(2 * samples.length, 40);
  for (const [i, value] of samples.entries())
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767))), 44 + 2 * i);
  return new Uint8Array(bytes);
}
