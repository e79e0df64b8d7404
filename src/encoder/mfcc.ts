/**
 * The encoder mfcc: log-mel energies and mel-frequency cepstral coefficients with their first and second
 * differences.
 *
 * Classical features without learned weights or a download: the baseline with which transfer learning is
 * compared. References: Davis and Mermelstein 1980; mel scale of O'Shaughnessy 1987; differences by
 * regression as in Furui 1986.
 */

import { createHannWindow, createPowerSpectrum } from "../math/fourier.ts";
import type { Encoder, EncoderInfo, Pooled } from "./encoder.ts";
import { reflectToLength } from "./input-preparation.ts";
import { createMelFilters } from "./mel-filters.ts";
import { poolFrames } from "./pooling.ts";

const sampleRate = 16_000;
const frameSamples = 400;
const hopSamples = 160;
const transformSize = 512;
const melBands = 40;
const coefficients = 20;
const dimensions = melBands + 3 * coefficients;
/** Energies more than 80 dB below the loudest band of the clip are raised to that level. */
const dynamicRange = 1e-8;
/** Minimum energy before the logarithm: far below the quantisation noise of 24 bits. */
const minimumEnergy = 1e-12;

/** Identity of mfcc. */
export const mfccInfo: EncoderInfo = {
  id: "mfcc",
  revision: "1",
  sha256: {},
  sampleRate,
  layers: 1,
  dimensions,
  precision: "fp64",
  recipe: `pool=mean+std;frame=${frameSamples};hop=${hopSamples};mel=${melBands};cepstra=${coefficients};reflect<${frameSamples}`,
};

/** Creates the mfcc encoder. */
export function createMfcc(): Encoder {
  return {
    info: mfccInfo,
    encode: async (samples): Promise<Pooled> => poolFrames(computeMfccFrames(samples), dimensions),
    dispose: async () => {},
  };
}

/** Computes frames [count, 100]: 40 log-mel energies, 20 cepstra, 20 first and 20 second differences. */
export function computeMfccFrames(samples: Float32Array): Float32Array {
  const logMel = computeLogMel(reflectToLength(samples, frameSamples));
  const count = logMel.length / melBands;
  const cepstra = new Float64Array(count * coefficients);
  for (let frame = 0; frame < count; frame++) {
    for (let c = 0; c < coefficients; c++) {
      let sum = 0;
      for (let m = 0; m < melBands; m++) {
        sum += cosineTable[c * melBands + m]! * logMel[frame * melBands + m]!;
      }
      cepstra[frame * coefficients + c] = sum;
    }
  }
  const first = computeDifferences(cepstra, count);
  const second = computeDifferences(first, count);
  const frames = new Float32Array(count * dimensions);
  for (let frame = 0; frame < count; frame++) {
    const base = frame * dimensions;
    frames.set(logMel.subarray(frame * melBands, (frame + 1) * melBands), base);
    for (const [i, part] of [cepstra, first, second].entries()) {
      const row = part.subarray(frame * coefficients, (frame + 1) * coefficients);
      frames.set(row, base + melBands + i * coefficients);
    }
  }
  return frames;
}

const spectrum = createPowerSpectrum(transformSize);
const hann = createHannWindow(frameSamples);
/** Orthonormal DCT-II, [coefficients, melBands]. */
const cosineTable = Float64Array.from({ length: coefficients * melBands }, (_, i) => {
  const c = Math.floor(i / melBands);
  const m = i % melBands;
  return Math.sqrt((c === 0 ? 1 : 2) / melBands) * Math.cos((Math.PI * c * (m + 0.5)) / melBands);
});

/** Triangular filters [melBands, transformSize / 2 + 1] from 20 Hz to 8 kHz, peak 1. */
const melFilters = createMelFilters({
  ...{ bands: melBands, transformSize, sampleRate, low: 20, high: sampleRate / 2 },
  ...{ scale: "htk", norm: "none" },
});

/** Computes log-mel energies [frames, 40] of the complete frames, without padding. */
function computeLogMel(samples: Float32Array): Float64Array {
  const count = Math.floor((samples.length - frameSamples) / hopSamples) + 1;
  const bins = transformSize / 2 + 1;
  const energies = new Float64Array(count * melBands);
  const frame = new Float64Array(transformSize);
  const power = new Float64Array(bins);
  let loudest = 0;
  for (let f = 0; f < count; f++) {
    for (let i = 0; i < frameSamples; i++) frame[i] = samples[f * hopSamples + i]! * hann[i]!;
    spectrum.compute(frame, power);
    for (let band = 0; band < melBands; band++) {
      let energy = 0;
      for (let k = 0; k < bins; k++) energy += melFilters[band * bins + k]! * power[k]!;
      energies[f * melBands + band] = energy;
      loudest = Math.max(loudest, energy);
    }
  }
  const floor = Math.max(minimumEnergy, loudest * dynamicRange);
  return energies.map((energy) => Math.log(Math.max(energy, floor)));
}

/** Computes differences by regression over two frames on each side. `values`: [count, coefficients]. */
function computeDifferences(values: Float64Array, count: number): Float64Array {
  const result = new Float64Array(values.length);
  const at = (frame: number, c: number) =>
    values[Math.min(count - 1, Math.max(0, frame)) * coefficients + c]!;
  for (let frame = 0; frame < count; frame++) {
    for (let c = 0; c < coefficients; c++) {
      result[frame * coefficients + c] =
        (at(frame + 1, c) - at(frame - 1, c) + 2 * (at(frame + 2, c) - at(frame - 2, c))) / 10;
    }
  }
  return result;
}
