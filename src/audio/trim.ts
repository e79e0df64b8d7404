/**
 * Finds leading and trailing silence: where the sound of a recording starts and ends.
 *
 * Not its concern: files; the sample rate matters only through the frame length.
 *
 * Levels of 10 ms frames are compared with the recording's own loudest frames and its own noise floor, so
 * gain has no effect. Two thresholds (hysteresis): sound starts at a frame above the upper one and extends as
 * far as frames stay above the lower one; a margin is kept on both sides. Nothing inside is cut. Keeping too
 * much is preferred to cutting off a fricative.
 */

/** All parameters of trimming; recorded in every golem. */
export const trimParameters = {
  /** Frame length and hop, in seconds. */
  frameSeconds: 0.01,
  /** Corner frequency in Hz of the high-pass filter that removes offset and rumble before levels. */
  highPassHz: 40,
  /** Number of loudest frames whose mean power is the loud level. */
  loudFrames: 5,
  /** Quantile of the frame levels taken as the noise floor. */
  floorQuantile: 0.1,
  /** The upper threshold: this far below the loud level, or above the floor, whichever is higher ... */
  openBelowLoudDb: 50,
  openAboveFloorDb: 10,
  /** ... but never closer to the loud level than this. */
  openAtMostDb: 40,
  /** Distance of the lower threshold below the upper one. */
  hysteresisDb: 8,
  /** Margin kept on each side of the sound, in seconds: about the decay time of a room. */
  marginSeconds: 0.25,
  /** Minimum that is kept, in seconds. */
  minimumSeconds: 0.02,
  /** Recordings whose loudest frame is below this (dB relative to full scale) are silent. */
  silentDb: -84,
} as const;

/** Measures the levels of a mono stream, frame by frame. */
interface FrameMeter {
  push(samples: Float32Array): void;
  /** Closes the last frame, which may be shorter than the others. */
  finish(): void;
  /** Samples per frame. */
  readonly frameSamples: number;
}

/** Collects frame levels of a mono stream. */
interface LevelMeter {
  push(samples: Float32Array): void;
  /** Mean power of each frame (full scale = 1); the last frame may be shorter than the others. */
  finish(): Float64Array;
  /** Samples a frame. */
  readonly frameSamples: number;
}

/** Creates a meter for samples at `sampleRate` Hz: the mean power of each frame (full scale = 1). */
export function createFrameMeter(sampleRate: number, onFrame: (power: number) => void): FrameMeter {
  const frameSamples = Math.max(1, Math.round(sampleRate * trimParameters.frameSeconds));
  const decay = Math.exp((-2 * Math.PI * trimParameters.highPassHz) / sampleRate);
  let sum = 0;
  let inFrame = 0;
  let before: number | undefined;
  let output = 0;
  const close = (): void => {
    onFrame(sum / inFrame);
    sum = 0;
    inFrame = 0;
  };
  return {
    frameSamples,
    push: (samples) => {
      let previous = before ?? samples[0] ?? 0;
      for (let i = 0; i < samples.length; i++) {
        const sample = samples[i]!;
        output = decay * (output + sample - previous);
        previous = sample;
        sum += output * output;
        if (++inFrame === frameSamples) close();
      }
      if (samples.length > 0) before = previous;
    },
    finish: () => {
      if (inFrame > 0) close();
    },
  };
}

/** Creates a meter for samples at `sampleRate` Hz that keeps all levels. */
export function createLevelMeter(sampleRate: number): LevelMeter {
  let levels = new Float64Array(1024);
  let count = 0;
  const meter = createFrameMeter(sampleRate, (power) => {
    if (count === levels.length) {
      const grown = new Float64Array(count * 2);
      grown.set(levels);
      levels = grown;
    }
    levels[count++] = power;
  });
  return {
    frameSamples: meter.frameSamples,
    push: meter.push,
    finish: () => {
      meter.finish();
      return levels.slice(0, count);
    },
  };
}

/** Converts power (full scale = 1) to dB. */
export const toDb = (power: number): number => 10 * Math.log10(power);

/** Whether a recording with frames of these mean powers is silent. */
export function isSilent(powers: Float64Array): boolean {
  let loudest = 0;
  for (const power of powers) if (power > loudest) loudest = power;
  return !(toDb(loudest) >= trimParameters.silentDb);
}

/**
 * Finds the frames [first, last) to keep, given mean powers of all frames. All are kept when sound and noise
 * floor cannot be distinguished.
 */
function findSound(powers: Float64Array): readonly [number, number] {
  const p = trimParameters;
  const total = powers.length;
  const sorted = powers.slice().sort();
  const loudest = sorted.subarray(Math.max(0, total - p.loudFrames));
  const loudDb = toDb(loudest.reduce((sum, power) => sum + power, 0) / Math.max(1, loudest.length));
  if (!Number.isFinite(loudDb)) return [0, total];
  const floorDb = toDb(sorted[Math.floor((total - 1) * p.floorQuantile)]!);
  const openDb = Math.min(
    loudDb - p.openAtMostDb,
    Math.max(loudDb - p.openBelowLoudDb, floorDb + p.openAboveFloorDb),
  );
  const open = 10 ** (openDb / 10);
  const low = 10 ** ((openDb - p.hysteresisDb) / 10);
  let first = 0;
  while (first < total && powers[first]! < open) first++;
  let last = total;
  while (last > 0 && powers[last - 1]! < open) last--;
  if (first >= last) return [0, total];
  while (first > 0 && powers[first - 1]! >= low) first--;
  while (last < total && powers[last]! >= low) last++;
  const margin = Math.round(p.marginSeconds / p.frameSeconds);
  return [Math.max(0, first - margin), Math.min(total, last + margin)];
}

/** Computes the level that a tenth of the frames stay below, in dB relative to full scale; at least -120. */
export function computeNoiseDb(powers: Float64Array): number {
  const floor = powers.slice().sort()[Math.floor((powers.length - 1) * trimParameters.floorQuantile)] ?? 0;
  return Math.max(-120, toDb(floor));
}

/** Computes which samples [start, end) of `samples` in total to keep, given the meter's frames. */
export function computeKeptSamples(
  powers: Float64Array,
  frameSamples: number,
  samples: number,
  sampleRate: number,
): readonly [number, number] {
  const [first, last] = findSound(powers);
  const start = Math.min(first * frameSamples, samples);
  const end = Math.min(last * frameSamples, samples);
  const minimum = Math.ceil(trimParameters.minimumSeconds * sampleRate);
  return end - start >= Math.min(minimum, samples) ? [start, end] : [0, samples];
}
