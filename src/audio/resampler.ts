/**
 * Streaming sample rate conversion: band-limited, any ratio of integer rates, no delay.
 *
 * Not its concern: files, channels (mono in, mono out).
 *
 * Output n is the band-limited signal at input time n * inputRate / outputRate; the signal is zero outside
 * its ends. Positions are counted in integers, so results do not depend on how the input is cut into chunks,
 * and there is no drift.
 */
import { joinFloats } from "../core/join-arrays.ts";
import { designPhaseFilter, getGreatestCommonDivisor } from "./resampler-filter.ts";
import { type ConvolutionKernel, createConvolutionKernel } from "./resampler-kernel.ts";

/** Converts a mono stream; single use. */
export interface Resampler {
  /** Takes the next samples and returns the output that is ready (a new array). */
  push(samples: Float32Array): Float32Array;
  /** Returns the rest. In total: round(input samples * outputRate / inputRate), halves rounded up. */
  finish(): Float32Array;
}

interface Filter {
  readonly taps: number;
  readonly phases: number;
  readonly isExact: boolean;
  readonly kernel: ConvolutionKernel;
}

const filters = new Map<string, Filter>();
/** Number of filters kept for later recordings of the same rates. */
const maximumFilters = 8;
/** Largest piece of input processed at once, in samples. */
const pieceSamples = 16_384;

function getFilter(inputRate: number, outputRate: number): Filter {
  const key = `${inputRate}:${outputRate}`;
  const found = filters.get(key);
  if (found) return found;
  const { taps, phases, isExact, coefficients } = designPhaseFilter(inputRate, outputRate);
  const kernel = createConvolutionKernel(coefficients, taps, 2 * taps + pieceSamples);
  const filter = { taps, phases, isExact, kernel };
  if (filters.size >= maximumFilters) filters.delete(filters.keys().next().value!);
  filters.set(key, filter);
  return filter;
}

/** Creates a converter from `inputRate` to `outputRate` (Hz, integers); if equal, samples pass. */
export function createResampler(inputRate: number, outputRate: number): Resampler {
  if (inputRate === outputRate) {
    return { push: (samples) => samples.slice(), finish: () => new Float32Array(0) };
  }
  const divisor = getGreatestCommonDivisor(inputRate, outputRate);
  const inputStep = inputRate / divisor;
  const outputStep = outputRate / divisor;
  const { taps, phases, isExact, kernel } = getFilter(inputRate, outputRate);
  const half = taps / 2;
  const wholeStep = Math.floor(inputStep / outputStep);
  const phaseStep = inputStep % outputStep;

  // `buffer` holds input samples [start, start + filled), including the zeros in front of sample 0.
  const buffer = new Float32Array(2 * taps + pieceSamples);
  let start = -half + 1;
  let filled = half - 1;
  let received = 0;
  let position = 0; // of the next output, whole input samples
  let phase = 0; // of the next output, in 1/outputStep input samples
  let produced = 0;

  const compute = (limit: number): Float32Array => {
    const room = Math.ceil(((filled + 1) * outputStep) / inputStep) + 1;
    const output = new Float32Array(Math.max(0, Math.min(room, limit - produced)));
    let count = 0;
    kernel.signal.set(buffer.subarray(0, filled));
    while (count < output.length && position + half < start + filled) {
      const from = position - half + 1 - start;
      if (isExact) {
        output[count++] = kernel.multiply(phase, from);
      } else {
        const place = (phase / outputStep) * phases;
        const row = Math.floor(place);
        const low = kernel.multiply(row, from);
        output[count++] = low + (place - row) * (kernel.multiply(row + 1, from) - low);
      }
      phase += phaseStep;
      position += wholeStep;
      if (phase >= outputStep) {
        phase -= outputStep;
        position++;
      }
    }
    produced += count;
    return count === output.length ? output : output.subarray(0, count);
  };

  /** Appends a piece (or, without one, zeros) after dropping samples that no later output needs. */
  const append = (length: number, piece?: Float32Array): void => {
    const drop = Math.min(filled, Math.max(0, position - half + 1 - start));
    buffer.copyWithin(0, drop, filled);
    start += drop;
    filled -= drop;
    if (piece) buffer.set(piece, filled);
    else buffer.fill(0, filled, filled + length);
    filled += length;
  };

  const join = (pieces: readonly Float32Array[]): Float32Array =>
    pieces.length === 1 ? pieces[0]! : joinFloats(pieces);

  return {
    push: (samples) => {
      const pieces: Float32Array[] = [];
      for (let at = 0; at < samples.length; at += pieceSamples) {
        const piece = samples.subarray(at, at + pieceSamples);
        append(piece.length, piece);
        received += piece.length;
        pieces.push(compute(Number.POSITIVE_INFINITY));
      }
      return join(pieces);
    },
    finish: () => {
      const total = Math.floor((received * outputStep) / inputStep + 0.5);
      append(half + 1);
      return compute(total);
    },
  };
}
