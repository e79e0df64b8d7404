/**
 * A fingerprint of the sound of a recording: 32 bits per 16 ms, which (mostly) stay the same when the
 * recording is compressed, made louder, cut, or resampled to 8 kHz, and differ for another take of the same
 * words.
 *
 * Not its concern: labels, how fingerprints are compared (doctor/fingerprint-match.ts).
 *
 * Each bit states whether the difference between the levels of two neighbouring bands rises or falls over
 * time (Haitsma and Kalker, A Highly Robust Audio Fingerprinting System, ISMIR 2002), here of log-levels and
 * with shorter frames, since words are short. Frames far below the loudest carry no information and are
 * marked, so that shared silence does not count as similarity.
 *
 * Bits do not contain the level of a band, and those of a monotonous voice repeat; so coarse levels of a few
 * bands are kept beside them, to verify matches.
 */
import { createHannWindow, createPowerSpectrum } from "../math/fourier.ts";

/** All parameters of a fingerprint; any change raises the version. */
export const fingerprintParameters = {
  version: 1,
  /** Approximate frame length; rounded to a power of two in samples. */
  frameSeconds: 0.064,
  hopSeconds: 0.016,
  /** Bits compare neighbouring pairs of this many bands, equally wide in pitch, in this range. */
  bands: 33,
  lowHz: 250,
  highHz: 3400,
  /** Number of frames over which a change of level is measured. */
  lag: 2,
  /** Frames this far below the loudest, in dB, carry no information. */
  silentBelowLoudestDb: 45,
  /** Longest part described, from the start. */
  maximumSeconds: 120,
} as const;

/** Parameters of the levels beside a fingerprint; any change raises the version. */
export const levelParameters = {
  version: 1,
  /** Bands of several bands of the fingerprint; a level takes 4 bits, the lowest band the lowest ones. */
  bands: 8,
  /** One step of a level, in dB. 15 is the loudest band of the recording, 0 everything 45 dB below it. */
  stepDb: 3,
} as const;

/** A recording's fingerprint, and the levels that go with it. */
export interface SoundPrint {
  /** One word per hop; 0 where there is too little sound. */
  readonly fingerprint: Uint32Array;
  /** One word per hop: the levels of {@link levelParameters}.bands bands. */
  readonly levels: Uint32Array;
}

/** Collects the fingerprint of a mono stream. */
interface Fingerprinter {
  push(samples: Float32Array): void;
  finish(): SoundPrint;
}

/**
 * Creates a fingerprinter for samples at `sampleRate` Hz. Below 6.8 kHz the upper bands would be empty, so
 * the fingerprint is.
 */
export function createFingerprinter(sampleRate: number): Fingerprinter {
  const p = fingerprintParameters;
  const size = 2 ** Math.round(Math.log2(sampleRate * p.frameSeconds));
  const hop = Math.round(sampleRate * p.hopSeconds);
  const maximumWords = Math.floor(p.maximumSeconds / p.hopSeconds);
  if (2 * p.highHz > sampleRate) {
    return {
      push: () => {},
      finish: () => ({ fingerprint: new Uint32Array(0), levels: new Uint32Array(0) }),
    };
  }
  const edges = getBandEdges(sampleRate, size);
  const window = createHannWindow(size);
  const spectrum = createPowerSpectrum(size);
  const frame = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  const pending = new Float32Array(size);
  const history = Array.from({ length: p.lag + 1 }, () => new Float64Array(p.bands));
  const words: number[] = [];
  const levels: number[] = [];
  const wide: number[] = [];
  let filled = 0;

  const describeFrame = (): void => {
    for (let i = 0; i < size; i++) frame[i] = window[i]! * pending[i]!;
    spectrum.compute(frame, power);
    const bands = history.pop()!;
    history.unshift(bands);
    let total = 0;
    let widePower = 0;
    for (let m = 0; m < p.bands; m++) {
      let sum = 0;
      for (let k = edges[m]!; k < edges[m + 1]!; k++) sum += power[k]!;
      bands[m] = Math.log(sum + 1e-30);
      total += sum;
      widePower += sum;
      // Wide bands consist of four bands each; the last also has the remaining one.
      if (m % 4 === 3 && m < p.bands - 2) {
        wide.push(widePower);
        widePower = 0;
      }
    }
    wide.push(widePower);
    const before = history[p.lag]!;
    let word = 0;
    for (let m = 0; m + 1 < p.bands; m++) {
      if (bands[m]! - bands[m + 1]! > before[m]! - before[m + 1]!) word |= 1 << m;
    }
    words.push(word >>> 0);
    levels.push(total);
  };

  return {
    push(samples) {
      for (let at = 0; at < samples.length && words.length < maximumWords; ) {
        const taken = Math.min(size - filled, samples.length - at);
        pending.set(samples.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < size) return;
        describeFrame();
        pending.copyWithin(0, hop);
        filled = size - hop;
      }
    },
    finish() {
      const loudest = levels.reduce((a, b) => Math.max(a, b), 0);
      const least = loudest * 10 ** (-p.silentBelowLoudestDb / 10);
      return {
        // The first frames have no earlier frame to compare with.
        fingerprint: Uint32Array.from(words, (word, i) =>
          i < p.lag || !(levels[i]! > least) ? 0 : word || 1,
        ),
        levels: packLevels(wide, words.length),
      };
    },
  };
}

/** Packs powers [frames, bands] into one word per frame. */
function packLevels(powers: readonly number[], frames: number): Uint32Array {
  const { bands, stepDb } = levelParameters;
  const loudest = powers.reduce((a, b) => Math.max(a, b), 1e-30);
  const packed = new Uint32Array(frames);
  for (let i = 0; i < frames; i++) {
    let word = 0;
    for (let band = 0; band < bands; band++) {
      const belowDb = 10 * Math.log10(loudest / Math.max(powers[i * bands + band]!, 1e-30));
      word |= Math.max(0, 15 - Math.round(belowDb / stepDb)) << (4 * band);
    }
    packed[i] = word >>> 0;
  }
  return packed;
}

/** First bin of each band, and the bin after the last band. */
function getBandEdges(sampleRate: number, size: number): number[] {
  const { bands, lowHz, highHz } = fingerprintParameters;
  const bin = sampleRate / size;
  const edges = Array.from({ length: bands + 1 }, (_, m) =>
    Math.round((lowHz * (highHz / lowHz) ** (m / bands)) / bin),
  );
  // No band is empty: narrow bands push up the next edge.
  for (let m = 1; m <= bands; m++) edges[m] = Math.max(edges[m]!, edges[m - 1]! + 1);
  return edges;
}
