/**
 * Log-mel front end for networks whose input is not samples: windows, Fourier transform, mel filters,
 * logarithm, and optionally patches of frames.
 */
import { createHannWindow, createPowerSpectrum } from "../math/fourier.ts";
import { createMelFilters, type MelFilterOptions } from "./mel-filters.ts";

/** All parameters. Lengths in samples, frequencies in Hz. */
export interface LogMelOptions extends MelFilterOptions {
  /** Length of the Hann window; at most transformSize, which is a power of two. */
  readonly window: number;
  readonly hop: number;
  /** Exponent of the magnitudes before the filters: 1 for magnitude, 2 for power. */
  readonly power: 1 | 2;
  readonly logarithm: "ln" | "log10";
  /** Added to the energies before the logarithm. */
  readonly offset: number;
  /** Minimum of the energies after `offset`; lower ones are raised to it. */
  readonly floor: number;
  /** Whether the ends are mirrored by half a window, so that frames are centred on their times. */
  readonly centred: boolean;
}

/** Computes log-mel frames. */
interface LogMel {
  /** Minimum number of samples, enough for one frame. */
  readonly minimumSamples: number;
  /** Computes [frames, bands] from at least `minimumSamples` samples; only complete frames. */
  compute(samples: Float32Array): Float32Array;
}

/** Creates a front end with its tables. */
export function createLogMel(options: LogMelOptions): LogMel {
  const { window, hop, transformSize, bands, power: exponent, logarithm, offset, floor, centred } = options;
  const margin = centred ? window >> 1 : 0;
  const bins = transformSize / 2 + 1;
  const hann = createHannWindow(window);
  const filters = createMelFilters(options);
  const spectrum = createPowerSpectrum(transformSize);
  const frame = new Float64Array(transformSize);
  const power = new Float64Array(bins);
  const scale = logarithm === "ln" ? 1 : Math.LOG10E;
  return {
    minimumSamples: centred ? margin + 1 : window,
    compute(samples) {
      const last = samples.length - 1;
      const count = Math.floor((samples.length + 2 * margin - window) / hop) + 1;
      const result = new Float32Array(count * bands);
      for (let f = 0; f < count; f++) {
        for (let i = 0; i < window; i++) {
          const at = Math.abs(f * hop + i - margin);
          frame[i] = samples[at <= last ? at : 2 * last - at]! * hann[i]!;
        }
        spectrum.compute(frame, power);
        if (exponent === 1) for (let k = 0; k < bins; k++) power[k] = Math.sqrt(power[k]!);
        for (let band = 0; band < bands; band++) {
          let energy = offset;
          for (let k = 0; k < bins; k++) energy += filters[band * bins + k]! * power[k]!;
          result[f * bands + band] = scale * Math.log(Math.max(energy, floor));
        }
      }
      return result;
    },
  };
}

/**
 * Cuts frames [count, bands] into patches of `length` frames, one every `hop` frames; frames that fill no
 * patch are dropped.
 */
export function cutPatches(
  frames: Float32Array,
  bands: number,
  { length, hop }: { readonly length: number; readonly hop: number },
): Float32Array {
  const count = Math.floor((frames.length / bands - length) / hop) + 1;
  const result = new Float32Array(count * length * bands);
  for (let i = 0; i < count; i++) {
    result.set(frames.subarray(i * hop * bands, (i * hop + length) * bands), i * length * bands);
  }
  return result;
}
