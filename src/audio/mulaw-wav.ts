/**
 * Mono samples as a WAV file of one byte a sample: 14-bit range in 8 bits by a logarithmic law, which every browser plays.
 *
 * Reference: ITU-T G.711, mu-law; the segment search follows its table 2a. Not its concern: where the samples come from.
 */

/** Added before the logarithm, so that segments begin at powers of two. */
const bias = 33;
const largest = 8191 - bias;

/** One sample, -1 .. 1, as a mu-law byte. */
export function encodeMulaw(sample: number): number {
  const clipped = Math.max(-1, Math.min(1, sample || 0));
  const magnitude = Math.min(largest, Math.round(Math.abs(clipped) * 8191)) + bias;
  const segment = 31 - Math.clz32(magnitude) - 5;
  const step = (magnitude >> (segment + 1)) & 15;
  return ~((clipped < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** The bytes of a WAV file (format tag 7, one channel) holding `samples` at `sampleRate` Hz. */
export function encodeMulawWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const padding = samples.length % 2;
  const bytes = new Uint8Array(58 + samples.length + padding);
  const view = new DataView(bytes.buffer);
  const writeText = (offset: number, text: string) => {
    for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
  };
  writeText(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  writeText(8, "WAVEfmt ");
  view.setUint32(16, 18, true);
  view.setUint16(20, 7, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  view.setUint16(36, 0, true);
  // All formats but PCM say how many samples there are.
  writeText(38, "fact");
  view.setUint32(42, 4, true);
  view.setUint32(46, samples.length, true);
  writeText(50, "data");
  view.setUint32(54, samples.length, true);
  for (let i = 0; i < samples.length; i++) bytes[58 + i] = encodeMulaw(samples[i]!);
  return bytes;
}
