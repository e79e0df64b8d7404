/**
 * Energy above the band that encoders use: its amount, its frequency, and the factor by which the recording
 * must be slowed down to move it into the band (time expansion, as is usual with bats).
 *
 * Not its concern: how recordings are read.
 */
import { createHannWindow, createPowerSpectrum } from "../math/fourier.ts";

/** Sums over samples at a rate. */
interface SignalPower {
  readonly squares: number;
  readonly sum: number;
  /** Samples. */
  readonly count: number;
}

/** The frequency of the energy above the band. */
export interface HighBand {
  /** Half of the energy above the band is below this, in Hz. */
  readonly hertz: number;
  /** Slowed down by this whole number, that energy is mostly in the band, its median in the lower half. */
  readonly slowdown: number;
}

/** Share of the energy above which it counts as "most". */
const mostOfIt = 0.5;
/** Power in dB of full scale below which it does not count; rounding to 16 bits is at -98. */
const leastDb = -84;
/** Spectrum frames are about this long, so that the calls of bats fill one. */
const frameSeconds = 0.005;
/** Share of the energy above the band that must be in the band after slowing down. */
const nearlyAll = 0.95;

const getPower = ({ squares, sum, count }: SignalPower): number => squares / count - (sum / count) ** 2;

/**
 * Whether most energy is above the band, that is, was removed by resampling. `before` and `after` are of the
 * same signal, before and after it was resampled to twice the upper end of the band. DC offsets are ignored.
 */
export function isMostlyAbove(before: SignalPower, after: SignalPower): boolean {
  if (before.count === 0 || after.count === 0) return false;
  const all = getPower(before);
  const above = all - getPower(after);
  return above > mostOfIt * all && 10 * Math.log10(above) > leastDb;
}

/** Measures the frequency of the energy above the band. */
interface HighBandMeter {
  push(samples: Float32Array): void;
  finish(): HighBand;
}

/** Creates a meter for a mono stream at `sampleRate` Hz; `bandHertz`, the band's end, is below its half. */
export function createHighBandMeter(sampleRate: number, bandHertz: number): HighBandMeter {
  const size = 2 ** Math.ceil(Math.log2(sampleRate * frameSeconds));
  const window = createHannWindow(size);
  const spectrum = createPowerSpectrum(size);
  const frame = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  const total = new Float64Array(size / 2 + 1);
  const pending = new Float32Array(size);
  let filled = 0;
  const addFrame = (): void => {
    for (let i = 0; i < size; i++) frame[i] = window[i]! * pending[i]!;
    spectrum.compute(frame, power);
    for (let k = 0; k < total.length; k++) total[k]! += power[k]!;
    pending.copyWithin(0, size / 2);
    filled = size / 2;
  };
  return {
    push(samples) {
      for (let at = 0; at < samples.length; ) {
        const taken = Math.min(size - filled, samples.length - at);
        pending.set(samples.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === size) addFrame();
      }
    },
    finish() {
      pending.fill(0, filled);
      addFrame();
      const first = Math.ceil((bandHertz * size) / sampleRate);
      const above = total.subarray(first).reduce((sum, value) => sum + value, 0);
      const findShare = (share: number): number => {
        let k = first;
        for (let sum = total[k]!; sum < share * above && k + 1 < total.length; ) sum += total[++k]!;
        return (k * sampleRate) / size;
      };
      const hertz = findShare(0.5);
      const slowdown = Math.ceil(Math.max((2 * hertz) / bandHertz, findShare(nearlyAll) / bandHertz));
      return { hertz, slowdown };
    },
  };
}
