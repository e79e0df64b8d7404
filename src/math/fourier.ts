/**
 * The discrete Fourier transform, power spectra and convolution: radix-2 decimation in time (Cooley and Tukey
 * 1965) with precomputed twiddle factors.
 *
 * Not its concern: mel bands, sample rates.
 */

/** Computes power spectra of frames of one length, a power of two. */
interface PowerSpectrum {
  /** `frame`: `size` samples; writes |X[k]|^2 for k = 0 .. size / 2 into `power`. */
  compute(frame: Float64Array, power: Float64Array): void;
}

/** Transforms of one length, a power of two. */
interface Fourier {
  /** Order of the input: real[i] and imaginary[i] of `transform` hold sample `reversed[i]` (bit reversal). */
  readonly reversed: Uint32Array;
  /** Transforms in place. */
  transform(real: Float64Array, imaginary: Float64Array): void;
}

function createFourier(size: number): Fourier {
  const levels = Math.log2(size);
  const cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const reversed = Uint32Array.from({ length: size }, (_, i) => {
    let result = 0;
    for (let bit = 0; bit < levels; bit++) result |= ((i >>> bit) & 1) << (levels - 1 - bit);
    return result;
  });
  return {
    reversed,
    transform(real, imaginary) {
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
    },
  };
}

/** Creates the tables for frames of `size` samples (a power of two). */
export function createPowerSpectrum(size: number): PowerSpectrum {
  const { reversed, transform } = createFourier(size);
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  return {
    compute(frame, power) {
      for (let i = 0; i < size; i++) real[i] = frame[reversed[i]!]!;
      imaginary.fill(0);
      transform(real, imaginary);
      for (let k = 0; k <= size / 2; k++) power[k] = real[k]! ** 2 + imaginary[k]! ** 2;
    },
  };
}

/** Creates the periodic Hann window of `length` samples. */
export function createHannWindow(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** The tables used last: consecutive recordings often need the same size. */
let latest: { readonly size: number; readonly fourier: Fourier } | undefined;

/**
 * Convolves two signals: [a.length + b.length - 1]. Both are transformed at once, as the real and the
 * imaginary part of one signal.
 */
export function convolve(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const length = a.length + b.length - 1;
  const size = 2 ** Math.ceil(Math.log2(Math.max(length, 2)));
  if (latest?.size !== size) latest = { size, fourier: createFourier(size) };
  const { reversed, transform } = latest.fourier;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    real[i] = a[reversed[i]!] ?? 0;
    imaginary[i] = b[reversed[i]!] ?? 0;
  }
  transform(real, imaginary);
  // With Z = A + i B: A B = (Z[k]^2 - conj(Z[-k])^2) / 4i. The inverse transform conjugates before and after.
  const productReal = new Float64Array(size);
  const productImaginary = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const k = reversed[i]!;
    const mirrored = (size - k) % size;
    const [r, m, s, n] = [real[k]!, imaginary[k]!, real[mirrored]!, imaginary[mirrored]!];
    productReal[i] = (r * m + s * n) / 2;
    productImaginary[i] = (r * r - m * m - (s * s - n * n)) / 4;
  }
  transform(productReal, productImaginary);
  return productReal.subarray(0, length).map((value) => value / size);
}
