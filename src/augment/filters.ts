/**
 * Second-order filters and a spectral tilt, for telephone bands and the colour of noise.
 *
 * Coefficients: Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".
 */

/** Kinds of {@link filterSamples}. */
type FilterKind = "low-pass" | "high-pass" | "band-pass";

/** Filters samples in place; `frequency` is the corner or the centre in Hz, `q` the quality. */
export function filterSamples(
  samples: Float32Array,
  kind: FilterKind,
  {
    frequency,
    q,
    sampleRate,
  }: { readonly frequency: number; readonly q: number; readonly sampleRate: number },
): Float32Array {
  const angle = (2 * Math.PI * Math.min(frequency, 0.49 * sampleRate)) / sampleRate;
  const alpha = Math.sin(angle) / (2 * q);
  const cosine = Math.cos(angle);
  const [b0, b1, b2] = {
    "low-pass": [(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2],
    "high-pass": [(1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2],
    "band-pass": [alpha, 0, -alpha],
  }[kind] as [number, number, number];
  const a0 = 1 + alpha;
  const a1 = (-2 * cosine) / a0;
  const a2 = (1 - alpha) / a0;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = (b0 * x + b1 * x1 + b2 * x2) / a0 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    samples[i] = y;
  }
  return samples;
}

/** Limits samples to the band of a telephone, 300 to 3400 Hz (Butterworth, 24 dB per octave), in place. */
export function limitToTelephone(samples: Float32Array, sampleRate: number): Float32Array {
  for (const q of [0.541, 1.307]) {
    filterSamples(samples, "high-pass", { frequency: 300, q, sampleRate });
    filterSamples(samples, "low-pass", { frequency: 3400, q, sampleRate });
  }
  return samples;
}

/** Raises frequencies below 1 kHz by half of `decibels` and lowers those above by as much, in place. */
export function tilt(samples: Float32Array, decibels: number, sampleRate: number): Float32Array {
  const low = 10 ** (decibels / 40);
  const pole = Math.exp((-2 * Math.PI * 1000) / sampleRate);
  let below = 0;
  for (let i = 0; i < samples.length; i++) {
    below += (1 - pole) * (samples[i]! - below);
    samples[i] = low * below + (samples[i]! - below) / low;
  }
  return samples;
}

/** Computes the root mean square of samples; 0 if there are none. */
export function computeLevel(samples: Float32Array): number {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
