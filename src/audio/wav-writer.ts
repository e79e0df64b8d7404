/**
 * Writes mono samples as WAV files: 32-bit floats (lossless), or mu-law (one byte per sample, playable in
 * every browser).
 *
 * Not its concern: where the samples come from.
 *
 * Reference of mu-law (14-bit range in 8 bits, logarithmic): ITU-T G.711; the segment search follows its
 * table 2a.
 */

/** The bytes of a WAV file (format tag 3, one channel) that holds `samples` at `sampleRate` Hz. */
export function encodeFloatWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44 + 4 * samples.length);
  const view = writeHeader(bytes, { formatTag: 3, bytesPerSample: 4, sampleRate, formatBytes: 16 });
  writeText(bytes, 36, "data");
  view.setUint32(40, 4 * samples.length, true);
  for (let i = 0; i < samples.length; i++) view.setFloat32(44 + 4 * i, samples[i]!, true);
  return bytes;
}

/** Added before the logarithm, so that segments begin at powers of two. */
const bias = 33;
const maximumMagnitude = 8191 - bias;

/** One sample, -1 .. 1, as a mu-law byte. */
export function encodeMulaw(sample: number): number {
  const clipped = Math.max(-1, Math.min(1, sample || 0));
  const magnitude = Math.min(maximumMagnitude, Math.round(Math.abs(clipped) * 8191)) + bias;
  const segment = 31 - Math.clz32(magnitude) - 5;
  const step = (magnitude >> (segment + 1)) & 15;
  return ~((clipped < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** The bytes of a WAV file (format tag 7, one channel) that holds `samples` at `sampleRate` Hz. */
export function encodeMulawWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const padding = samples.length % 2;
  const bytes = new Uint8Array(58 + samples.length + padding);
  const view = writeHeader(bytes, { formatTag: 7, bytesPerSample: 1, sampleRate, formatBytes: 18 });
  // Every format but PCM has a fact chunk with the number of samples.
  writeText(bytes, 38, "fact");
  view.setUint32(42, 4, true);
  view.setUint32(46, samples.length, true);
  writeText(bytes, 50, "data");
  view.setUint32(54, samples.length, true);
  for (let i = 0; i < samples.length; i++) bytes[58 + i] = encodeMulaw(samples[i]!);
  return bytes;
}

/** Writes the RIFF header and the fmt chunk of `formatBytes` bytes for one channel. */
function writeHeader(
  bytes: Uint8Array,
  format: { formatTag: number; bytesPerSample: number; sampleRate: number; formatBytes: number },
): DataView {
  const view = new DataView(bytes.buffer);
  writeText(bytes, 0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  writeText(bytes, 8, "WAVEfmt ");
  view.setUint32(16, format.formatBytes, true);
  view.setUint16(20, format.formatTag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, format.sampleRate, true);
  view.setUint32(28, format.bytesPerSample * format.sampleRate, true);
  view.setUint16(32, format.bytesPerSample, true);
  view.setUint16(34, 8 * format.bytesPerSample, true);
  return view;
}

function writeText(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}
