/**
 * Power spectrum of a real frame: radix-2 decimation in time (Cooley and Tukey 1965) with precomputed twiddle
 * factors.
 *
 * Not its concern: mel bands, windows, sample rates.
 */

/** Computes power spectra of frames of one length, a power of two. */
interface PowerSpectrum {
  /** `frame`: `size` samples; writes |X[k]|^2 for k = 0 .. size / 2 into `power`. */
  compute(frame: Float64Array, power: Float64Array): void;
}

/** Creates the tables for frames of `size` samples (a power of two). */
export function createPowerSpectrum(size: number): PowerSpectrum {
  const levels = Math.log2(size);
  const cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const reversed = Uint32Array.from({ length: size }, (_, i) => {
    let result = 0;
    for (let bit = 0; bit < levels; bit++) result |= ((i >>> bit) & 1) << (levels - 1 - bit);
    return result;
  });
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  return {
    compute(frame, power) {
      for (let i = 0; i < size; i++) real[i] = frame[reversed[i]!]!;
      imaginary.fill(0);
      for (let half = 1; half < size; half *= 2) {
        const step = size / (2 * half);
        for (let start = 0; start < size; start += 2 * half) {
          for (let k = 0; k < half; k++) {
            const c = cosines[k * step]!;
            const s = sines[k * step]!;
            const even = start + k;
            const odd = even + half;
            const r = real[odd]! * c + imaginary[odd]! * s;
            const i = imaginary[odd]! * c - real[odd]! * s;
            real[odd] = real[even]! - r;
            imaginary[odd] = imaginary[even]! - i;
            real[even] = real[even]! + r;
            imaginary[even] = imaginary[even]! + i;
          }
        }
      }
      for (let k = 0; k <= size / 2; k++) power[k] = real[k]! ** 2 + imaginary[k]! ** 2;
    },
  };
}
