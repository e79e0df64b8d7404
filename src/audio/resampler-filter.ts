/**
 * Designs the low-pass filter of the resampler: a sinc under a Kaiser window, cut into phases.
 *
 * Not its concern: streams, files.
 *
 * References: Kaiser 1974 (window and its two formulas for length and beta); Crochiere and Rabiner 1983,
 * chapter 4 (polyphase form); Smith, "Digital Audio Resampling", CCRMA (interpolation between phases).
 */

import { tapGroup } from "./resampler-kernel.ts";

/** Stop-band attenuation of the design, in dB (the tests measure the result). */
export const attenuationDb = 100;
/** Pass band as a fraction of the lower Nyquist frequency, at which the stop band begins. */
export const passBand = 0.9;
/**
 * Ratios with more phases interpolate linearly between this many phases per sample of the slower rate; the
 * error is (pi / 1024)^2 / 8, below -118 dB.
 */
export const maximumPhases = 1024;

/** A filter in phases. Output n is at input position n * inputStep / outputStep. */
interface PhaseFilter {
  /** Taps per phase, a multiple of {@link tapGroup}. */
  readonly taps: number;
  /** Steps between two input samples; one more row is stored, for interpolation. */
  readonly phases: number;
  /** Whether every output is exactly on a phase. */
  readonly isExact: boolean;
  /** [phases + 1, taps], row-major; every row sums to 1. */
  readonly coefficients: Float64Array;
}

/** Modified Bessel function of the first kind, order 0. */
function computeBessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Returns the greatest common divisor of two positive integers. */
export function getGreatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : getGreatestCommonDivisor(b, a % b);
}

/** Designs the filter from `inputRate` to `outputRate` (Hz, integers). */
export function designPhaseFilter(inputRate: number, outputRate: number): PhaseFilter {
  const exactPhases = outputRate / getGreatestCommonDivisor(inputRate, outputRate);
  const bound = Math.max(32, Math.ceil(maximumPhases * Math.min(1, outputRate / inputRate)));
  const phases = Math.min(exactPhases, bound);
  // In cycles per input sample.
  const stop = Math.min(inputRate, outputRate) / 2 / inputRate;
  const width = stop * (1 - passBand);
  const cutoff = stop - width / 2;
  const beta = 0.1102 * (attenuationDb - 8.7);
  const needed = (attenuationDb - 7.95) / (14.36 * width);
  const taps = Math.ceil(needed / tapGroup) * tapGroup;
  const half = taps / 2;
  const scale = 1 / computeBessel(beta);
  const coefficients = new Float64Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      // Distance in input samples from the output's position to input sample `tap` of the window.
      const distance = tap - (half - 1) - phase / phases;
      const edge = distance / half;
      const inside = 1 - edge * edge;
      const angle = 2 * Math.PI * cutoff * distance;
      const value =
        inside <= 0
          ? 0
          : (angle === 0 ? 1 : Math.sin(angle) / angle) * computeBessel(beta * Math.sqrt(inside)) * scale;
      coefficients[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) coefficients[phase * taps + tap]! /= sum;
  }
  return { taps, phases, isExact: phases === exactPhases, coefficients };
}
