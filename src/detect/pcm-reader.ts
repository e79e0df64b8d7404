/** Converts raw samples from other programs, as bytes in pieces of any size, to mono floats. */
import { readSamples } from "../audio/formats/pcm.ts";

/** Sample formats: 16-bit integers or 32-bit floats, little-endian, one channel. */
export const pcmFormats = ["s16le", "f32le"] as const;

/** One of the formats. */
export type PcmFormat = (typeof pcmFormats)[number];

/** Converts pieces of bytes to samples. */
export interface PcmReader {
  /** Takes the next bytes; a sample split between pieces is returned with the piece that completes it. */
  push(bytes: Uint8Array): Float32Array;
  /** Number of bytes of an incomplete sample at the end. */
  getRest(): number;
}

/** Creates a reader. */
export function createPcmReader(format: PcmFormat): PcmReader {
  const [name, width] = format === "s16le" ? (["pcm-s16", 2] as const) : (["pcm-f32", 4] as const);
  let rest = new Uint8Array(0);
  return {
    push(bytes) {
      const joined = new Uint8Array(rest.length + bytes.length);
      joined.set(rest);
      joined.set(bytes, rest.length);
      const whole = joined.length - (joined.length % width);
      rest = joined.slice(whole);
      return readSamples(joined.subarray(0, whole), name, true, 1)[0]!;
    },
    getRest: () => rest.length,
  };
}
