/**
 * Noise made from random numbers: steady noise of several colours, mains hum, crackle, rain, wind, modulated
 * noise, and babble.
 *
 * Pink noise: Kellet's filter of white noise ("economy" version), 3 dB per octave within 0.5 dB.
 */
import type { Random } from "../core/random.ts";
import { createBabble } from "./babble.ts";
import { computeLevel, filterSamples } from "./filters.ts";

/** Makes noise [length]; its level is arbitrary. */
type NoiseMaker = (length: number, sampleRate: number, random: Random) => Float32Array;

const makers = {
  white: createWhite,
  pink: createPink,
  brown: (length, _, random) => createBrown(length, random),
  hum: createHum,
  crackle: createCrackle,
  rain: createRain,
  wind: createWind,
  modulated: createModulated,
  babble: createBabble,
} satisfies Record<string, NoiseMaker>;

/** A kind of noise. */
export type NoiseKind = keyof typeof makers;

/** All kinds of noise. */
export const noiseKinds = Object.keys(makers) as NoiseKind[];

/** Makes noise [length] with a root mean square of 1. */
export function createNoise(
  kind: NoiseKind,
  length: number,
  sampleRate: number,
  random: Random,
): Float32Array {
  const noise = makers[kind](length, sampleRate, random);
  const level = computeLevel(noise);
  if (level > 0) for (let i = 0; i < length; i++) noise[i]! /= level;
  return noise;
}

function createWhite(length: number, _: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => random.normal());
}

function createPink(length: number, _: number, random: Random): Float32Array {
  let [b0, b1, b2] = [0, 0, 0];
  return Float32Array.from({ length }, () => {
    const white = random.normal();
    b0 = 0.99765 * b0 + 0.099046 * white;
    b1 = 0.963 * b1 + 0.2965164 * white;
    b2 = 0.57 * b2 + 1.0526913 * white;
    return b0 + b1 + b2 + 0.1848 * white;
  });
}

function createBrown(length: number, random: Random): Float32Array {
  let sum = 0;
  return Float32Array.from({ length }, () => {
    sum = 0.995 * sum + random.normal();
    return sum;
  });
}

/** Makes harmonics of 50 or 60 Hz. */
function createHum(length: number, sampleRate: number, random: Random): Float32Array {
  const base = random.uniform() < 0.5 ? 50 : 60;
  const noise = new Float32Array(length);
  for (let k = 1; k <= 16; k++) {
    const amplitude = random.uniform() / Math.sqrt(k);
    const phase = 2 * Math.PI * random.uniform();
    const step = (2 * Math.PI * base * k) / sampleRate;
    for (let i = 0; i < length; i++) noise[i]! += amplitude * Math.sin(phase + step * i);
  }
  return noise;
}

/** Creates short bursts that fade within 1 to 8 ms, 5 to 60 per second. */
function createCrackle(length: number, sampleRate: number, random: Random): Float32Array {
  const share = (5 * 12 ** random.uniform()) / sampleRate;
  const fading = Math.exp(-1 / (sampleRate * 0.001 * 8 ** random.uniform()));
  let level = 0;
  return Float32Array.from({ length }, () => {
    level *= fading;
    if (random.uniform() < share) level += 0.2 + random.uniform();
    return level * random.normal();
  });
}

/** Drops, 100 to 2000 per second, that ring at one of three pitches, over faint steady noise. */
function createRain(length: number, sampleRate: number, random: Random): Float32Array {
  const noise = Float32Array.from({ length }, () => 0.02 * random.normal());
  const share = (100 * 20 ** random.uniform()) / (3 * sampleRate);
  for (let voice = 0; voice < 3; voice++) {
    const drops = Float32Array.from({ length }, () =>
      random.uniform() < share ? -Math.log(1 - random.uniform()) : 0,
    );
    filterSamples(drops, "band-pass", { frequency: 1000 * 6 ** random.uniform(), q: 3, sampleRate });
    for (let i = 0; i < length; i++) noise[i]! += drops[i]!;
  }
  return noise;
}

/** Creates low-frequency noise in gusts. */
function createWind(length: number, sampleRate: number, random: Random): Float32Array {
  const noise = filterSamples(createBrown(length, random), "low-pass", {
    ...{ frequency: 300 * 3 ** random.uniform(), q: 0.7, sampleRate },
  });
  return modulate(noise, createGusts(0.3 + 1.7 * random.uniform(), sampleRate, random));
}

/** Creates noise of any colour between white and brown, in a rhythm of 1 to 8 Hz. */
function createModulated(length: number, sampleRate: number, random: Random): Float32Array {
  const makers = [createWhite, createPink, (size: number) => createBrown(size, random)];
  const noise = makers[random.integer(3)]!(length, sampleRate, random);
  return modulate(noise, createGusts(8 ** random.uniform(), sampleRate, random));
}

function modulate(noise: Float32Array, getGain: (i: number) => number): Float32Array {
  for (let i = 0; i < noise.length; i++) noise[i]! *= getGain(i);
  return noise;
}

/** Creates a gain of 0.05 to 1 that takes a new value `rate` times per second, with smooth transitions. */
function createGusts(rate: number, sampleRate: number, random: Random): (i: number) => number {
  const period = Math.max(1, Math.round(sampleRate / rate));
  let from = random.uniform();
  let to = random.uniform();
  return (i) => {
    const place = (i % period) / period;
    if (place === 0 && i > 0) {
      from = to;
      to = random.uniform();
    }
    return 0.05 + 0.95 * (from + ((to - from) * (1 - Math.cos(Math.PI * place))) / 2);
  };
}
