/**
 * Detects energy above the band that encoders use in a stream that is read once, and gives the same warning
 * as in training.
 *
 * Not its concern: how the stream is read, where the warning is shown.
 */
import type { ErrorRecord } from "../core/error.ts";
import { createHighBandMeter, isMostlyAbove } from "./high-band.ts";
import { warnOfHighBand } from "./scan-facts.ts";

/** Takes a stream before and after resampling, piece by piece. */
interface BandWatch {
  push(before: Float32Array, after: Float32Array): void;
  /** The warning if most of the energy so far is above the band; computed from what was pushed. */
  judge(): ErrorRecord | undefined;
}

/** Creates a watch of the stream `name` from `inputRate` to `sampleRate`, in Hz. */
export function createBandWatch(name: string, inputRate: number, sampleRate: number): BandWatch {
  if (inputRate <= sampleRate) return { push: () => {}, judge: () => undefined };
  const powers = [
    { squares: 0, sum: 0, count: 0 },
    { squares: 0, sum: 0, count: 0 },
  ];
  const isAbove = (): boolean => isMostlyAbove(powers[0]!, powers[1]!);
  // Spectra are only taken while they are needed.
  let meter: ReturnType<typeof createHighBandMeter> | undefined;
  return {
    push(before, after) {
      for (const [i, samples] of [before, after].entries()) {
        const power = powers[i]!;
        power.count += samples.length;
        for (let k = 0; k < samples.length; k++) {
          power.squares += samples[k]! ** 2;
          power.sum += samples[k]!;
        }
      }
      if (!isAbove()) return;
      meter ??= createHighBandMeter(inputRate, sampleRate / 2);
      meter.push(before);
    },
    judge: () => (meter && isAbove() ? warnOfHighBand(name, meter.finish(), { sampleRate }) : undefined),
  };
}
