/**
 * Varies recordings: as they could sound with noise, at another speed, or in another room. Also makes
 * negatives, sounds that could be confused with a recording: pieces of it, or equally loud noise.
 *
 * The same samples, kind and seed words give the same copy. Raise {@link variationVersion} with every change
 * that gives other samples, since it is part of the keys of stored copies.
 */
import { createResampler } from "../audio/resampler.ts";
import { joinFloats } from "../core/join-arrays.ts";
import { createRandom, type Random } from "../core/random.ts";
import { computeLevel, limitToTelephone, tilt } from "./filters.ts";
import { createNoise, noiseKinds } from "./noise.ts";
import { createRoom, placeInRoom } from "./room.ts";

/** Version of the recipe. */
export const variationVersion = 1;

/**
 * Kinds of copies, in the order in which they are made: a room, a tilted spectrum or the band of a telephone,
 * and noise 10 to 25 dB below the recording; noise 3 to 18 dB below; a window that starts late or ends early,
 * with noise 10 to 35 dB below; speed and pitch times 0.88 to 1.14.
 */
export const variationKinds = ["room", "noise", "cut", "speed"] as const;

/**
 * Kinds of sounds that do not belong to the recording's class but may be confused with it: pieces of the
 * recording, as at the edges of a window, or its two halves exchanged; and noise alone, as loud as the
 * recording.
 */
const negativeKinds = ["fragment", "burst"] as const;

/** One of {@link variationKinds}, or of the kinds of negatives. */
type VariationKind = (typeof variationKinds)[number] | (typeof negativeKinds)[number];

const seedWords: Readonly<Record<VariationKind, number>> = {
  ...{ noise: 0, speed: 1, room: 2, fragment: 3, burst: 4, cut: 5 },
};

/** One varied copy of each recording. */
export interface Variation {
  readonly kind: VariationKind;
  /** Number of the copy among those of its kind, from 0. */
  readonly turn: number;
}

/** Lists the first `count` copies of each recording, alternating the kinds. */
export function listVariations(count: number): Variation[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: variationKinds[i % variationKinds.length]!,
    turn: Math.floor(i / variationKinds.length),
  }));
}

/** Lists `count` negatives of each kind for each recording. */
export function listNegatives(count: number): Variation[] {
  return Array.from({ length: count }, (_, turn) => negativeKinds.map((kind) => ({ kind, turn }))).flat();
}

/** Sounds of the user's own, used in place of synthetic ones; mono samples at the recording's rate. */
export interface OwnSounds {
  readonly noise?: Float32Array | undefined;
  /** An impulse response. */
  readonly room?: Float32Array | undefined;
}

/** Varies mono samples; `words` are the seed. */
export function varySamples(
  samples: Float32Array,
  sampleRate: number,
  { kind, turn }: Variation,
  words: readonly number[],
  own: OwnSounds = {},
): Float32Array {
  const random = createRandom(seedWords[kind], turn, ...words);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  switch (kind) {
    case "noise": {
      const padded = pad(samples, sampleRate, random);
      const noise = drawNoise(padded.length, sampleRate, random, own.noise);
      return scale(addNoise(padded, computeLevel(samples), noise, between(3, 18)), random);
    }
    case "cut": {
      const window = shift(samples, random);
      const noise = drawNoise(window.length, sampleRate, random, own.noise);
      return scale(addNoise(window, computeLevel(samples), noise, between(10, 35)), random);
    }
    case "speed":
      return scale(changeSpeed(samples, between(0.88, 1.14)), random);
    case "room": {
      const room = own.room ?? createRoom(sampleRate, random);
      const wet = placeInRoom(samples, room, sampleRate);
      if (random.uniform() < 0.25) limitToTelephone(wet, sampleRate);
      else tilt(wet, between(-9, 9), sampleRate);
      const noise = drawNoise(wet.length, sampleRate, random, own.noise);
      return scale(addNoise(wet, computeLevel(wet), noise, between(10, 25)), random);
    }
    case "fragment": {
      const piece = pad(cutFragment(samples, sampleRate, random), sampleRate, random);
      const noise = drawNoise(piece.length, sampleRate, random, own.noise);
      return scale(addNoise(piece, computeLevel(samples), noise, between(12, 40)), random);
    }
    case "burst": {
      const seconds = Math.min(between(0.3, 1.5), (1.5 * samples.length) / sampleRate);
      const noise = drawNoise(Math.max(1, Math.round(seconds * sampleRate)), sampleRate, random, own.noise);
      const gain = computeLevel(samples) / (computeLevel(noise) || 1);
      for (let i = 0; i < noise.length; i++) noise[i]! *= gain;
      return scale(fade(noise, between(0.01, 0.2), sampleRate), random);
    }
    default:
      return kind satisfies never;
  }
}

/** Adds up to a quarter of a second of silence on both sides, since windows seldom fit a sound exactly. */
function pad(samples: Float32Array, sampleRate: number, random: Random): Float32Array {
  const before = Math.round(0.25 * sampleRate * random.uniform());
  const after = Math.round(0.25 * sampleRate * random.uniform());
  const padded = new Float32Array(before + samples.length + after);
  padded.set(samples, before);
  return padded;
}

/**
 * Shifts a window against its sound: up to a quarter of the sound is lost at one end, and silence of 5 to 35
 * % of its length is added at the other.
 */
function shift(samples: Float32Array, random: Random): Float32Array {
  const lost = Math.round(0.25 * random.uniform() * samples.length);
  const silence = new Float32Array(Math.round((0.05 + (0.35 - 0.05) * random.uniform()) * samples.length));
  const startsLate = random.uniform() < 0.5;
  if (startsLate) return joinFloats([samples.subarray(lost), silence]);
  return joinFloats([silence, samples.subarray(0, samples.length - lost)]);
}

/**
 * Returns the first or last 30 to 60 % of the samples, or both halves exchanged: sounds of the recording
 * without its meaning.
 */
function cutFragment(samples: Float32Array, sampleRate: number, random: Random): Float32Array {
  const share = 0.3 + 0.3 * random.uniform();
  const cut = Math.max(1, Math.round(share * samples.length));
  const first = fade(samples.slice(0, cut), 0.005, sampleRate);
  const last = fade(samples.slice(-cut), 0.005, sampleRate);
  const kind = random.integer(3);
  if (kind < 2) return kind === 0 ? first : last;
  return joinFloats([last, first]);
}

/** Fades both ends, in place. */
function fade(samples: Float32Array, seconds: number, sampleRate: number): Float32Array {
  const length = Math.min(Math.round(seconds * sampleRate), Math.floor(samples.length / 2));
  for (let i = 0; i < length; i++) {
    samples[i]! *= i / length;
    samples[samples.length - 1 - i]! *= i / length;
  }
  return samples;
}

function drawNoise(
  length: number,
  sampleRate: number,
  random: Random,
  own: Float32Array | undefined,
): Float32Array {
  if (!own || own.length === 0) {
    return createNoise(noiseKinds[random.integer(noiseKinds.length)]!, length, sampleRate, random);
  }
  const start = random.integer(own.length);
  return Float32Array.from({ length }, (_, i) => own[(start + i) % own.length]!);
}

/** Adds noise whose level is `decibels` below `level`, in place. */
function addNoise(samples: Float32Array, level: number, noise: Float32Array, decibels: number): Float32Array {
  const gain = (level * 10 ** (-decibels / 20)) / (computeLevel(noise) || 1);
  for (let i = 0; i < samples.length; i++) samples[i]! += gain * noise[i]!;
  return samples;
}

/** Plays samples `factor` times as fast: length and pitch change together. */
function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  // Steps of one per cent, so that filters are shared between recordings.
  const resampler = createResampler(Math.round(100 * factor), 100);
  return joinFloats([resampler.push(samples), resampler.finish()]);
}

/** Changes the level by -10 to +4 dB, below full scale, in place. */
function scale(samples: Float32Array, random: Random): Float32Array {
  let peak = 0;
  for (const value of samples) peak = Math.max(peak, Math.abs(value));
  const gain = Math.min(10 ** ((-10 + 14 * random.uniform()) / 20), peak > 0 ? 1 / peak : 1);
  for (let i = 0; i < samples.length; i++) samples[i]! *= gain;
  return samples;
}
