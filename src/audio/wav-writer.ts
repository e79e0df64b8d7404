/**
 * Writes mono samples as a WAV file.
 *
 * Not its concern: where the samples come from, reading (see `formats/wav/wav-decoder.ts`).
 * References: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991), "WAVE";
 * ITU-T G.711 for mu-law, whose table 2a the segment search follows.
 */

/**
 * How a sample is stored: 16-bit integers, 32-bit floats (not clipped), or mu-law, which has the range of 14
 * bits in one byte and plays in every browser.
 */
export type WavEncoding = "pcm16" | "float32" | "mulaw";

interface Layout {
  /** WAVE's format tag. */
  readonly tag: number;
  /** Bytes per sample. */
  readonly width: number;
  /** Whether the header has a fact chunk with the number of samples: all formats but PCM should. */
  readonly hasFact: boolean;
  write(view: DataView, offset: number, sample: number): void;
}

const layouts: Readonly<Record<WavEncoding, Layout>> = {
  pcm16: {
    ...{ tag: 1, width: 2, hasFact: false },
    write: (view, offset, sample) =>
      view.setInt16(offset, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true),
  },
  // All readers accept floats without a fact chunk, and earlier files have none.
  float32: {
    ...{ tag: 3, width: 4, hasFact: false },
    write: (view, offset, sample) => view.setFloat32(offset, sample, true),
  },
  mulaw: {
    ...{ tag: 7, width: 1, hasFact: true },
    write: (view, offset, sample) => view.setUint8(offset, encodeMulaw(sample)),
  },
};

/** The bytes of a WAV file with one channel that contains `samples` (full scale is 1) at `sampleRate` Hz. */
export function encodeWav(
  samples: Float32Array,
  sampleRate: number,
  encoding: WavEncoding,
): Uint8Array<ArrayBuffer> {
  const { tag, width, hasFact, write } = layouts[encoding];
  const formatBytes = hasFact ? 18 : 16;
  const dataBytes = width * samples.length;
  const dataStart = 28 + formatBytes + (hasFact ? 12 : 0);
  const bytes = new Uint8Array(dataStart + dataBytes + (dataBytes % 2));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const writeText = (text: string): void => {
    for (const character of text) view.setUint8(at++, character.charCodeAt(0));
  };
  const writeNumber = (value: number, size: 2 | 4): void => {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  };
  writeText("RIFF");
  writeNumber(bytes.length - 8, 4);
  writeText("WAVEfmt ");
  writeNumber(formatBytes, 4);
  writeNumber(tag, 2);
  writeNumber(1, 2); // channels
  writeNumber(sampleRate, 4);
  writeNumber(width * sampleRate, 4); // bytes per second
  writeNumber(width, 2); // bytes per frame
  writeNumber(8 * width, 2); // bits per sample
  if (hasFact) {
    writeNumber(0, 2); // length of the format's extension
    writeText("fact");
    writeNumber(4, 4);
    writeNumber(samples.length, 4);
  }
  writeText("data");
  writeNumber(dataBytes, 4);
  for (let i = 0; i < samples.length; i++) write(view, dataStart + i * width, samples[i]!);
  return bytes;
}

/** Added before the logarithm, so that segments begin at powers of two. */
const mulawBias = 33;
const largestMulaw = 8191 - mulawBias;

/** One sample, -1 .. 1, as a mu-law byte. */
function encodeMulaw(sample: number): number {
  const clipped = Math.max(-1, Math.min(1, sample || 0));
  const magnitude = Math.min(largestMulaw, Math.round(Math.abs(clipped) * 8191)) + mulawBias;
  const segment = 31 - Math.clz32(magnitude) - 5;
  const step = (magnitude >> (segment + 1)) & 15;
  return ~((clipped < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
