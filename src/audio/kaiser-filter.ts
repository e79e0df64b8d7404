/**
 * Design of the low-pass filter of the resampler: a sinc under a Kaiser window, cut into phases.
 *
 * References: Kaiser 1974 (window and its two formulas for length and beta); Crochiere and Rabiner 1983, chapter 4
 * (polyphase form); Smith, "Digital Audio Resampling", CCRMA (interpolation between phases).
 * Must not know: streams, files.
 */

/** Stop-band attenuation designed for, in dB (what comes out is measured in the tests). */
export const attenuationDb = 100;
/** Pass band, as a share of the lower of the two Nyquist frequencies; the stop band begins at that frequency. */
export const passBand = 0.9;
/** Ratios with more phases than that interpolate linearly between that many. */
export const maximumPhases = 1024;

/** A filter in phases. Output n stands at input position n * inputStep / outputStep. */
export interface PhaseFilter {
  /** Taps a phase, even. */
  readonly taps: number;
  /** Number of phases stored, one more than used: row `phases` is row 0 shifted by one input sample. */
  readonly phases: number;
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

/** Greatest common divisor of two positive integers. */
export function getGreatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : getGreatestCommonDivisor(b, a % b);
}

/** Designs the filter from `inputRate` to `outputRate` (Hz, integers). */
export function designPhaseFilter(inputRate: number, outputRate: number): PhaseFilter {
  const exactPhases = outputRate / getGreatestCommonDivisor(inputRate, outputRate);
  const phases = Math.min(exactPhases, maximumPhases);
  // in cycles per input sample
  const stop = Math.min(inputRate, outputRate) / 2 / inputRate;
  const width = stop * (1 - passBand);
  const cutoff = stop - width / 2;
  const beta = 0.1102 * (attenuationDb - 8.7);
  const half = Math.ceil((attenuationDb - 7.95) / (14.36 * width) / 2);
  const taps = 2 * half;
  const scale = 1 / computeBessel(beta);
  const coefficients = new Float64Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      // distance in input samples from the output's position to input sample `tap` of the window
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
  return { taps, phases, coefficients };
}
