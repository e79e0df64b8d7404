/**
 * Sounds that belong to no class: noise of several colours, hum, tones, clicks, bursts; two seconds each,
 * always the same.
 */
import { createRandom } from "../../src/core/random.ts";

const sampleRate = 16_000;
const samples = 2 * sampleRate;

type Random = ReturnType<typeof createRandom>;

/** Filters white noise by approximately 1 / f^exponent: a sum of leaky integrators. */
function createColoured(random: Random, poles: readonly number[]): Float32Array {
  const states = poles.map(() => 0);
  return Float32Array.from({ length: samples }, () => {
    const white = random.normal();
    if (poles.length === 0) return white;
    return poles.reduce((sum, pole, i) => {
      states[i] = pole * states[i]! + (1 - pole) * white;
      return sum + states[i]! / Math.sqrt(1 - pole);
    }, 0);
  });
}

const makers: Readonly<Record<string, (random: Random) => Float32Array>> = {
  white: (random) => createColoured(random, []),
  pink: (random) => createColoured(random, [0.5, 0.9, 0.98, 0.996]),
  brown: (random) => createColoured(random, [0.999]),
  hum: (random) => {
    const base = random.uniform() < 0.5 ? 50 : 60;
    const loud = Array.from({ length: 8 }, () => random.uniform());
    return Float32Array.from({ length: samples }, (_, i) =>
      loud.reduce(
        (sum, level, k) => sum + level * Math.sin((2 * Math.PI * base * (k + 1) * i) / sampleRate),
        0,
      ),
    );
  },
  tone: (random) => {
    const frequency = 100 * 40 ** random.uniform();
    return Float32Array.from({ length: samples }, (_, i) =>
      Math.sin((2 * Math.PI * frequency * i) / sampleRate),
    );
  },
  clicks: (random) => {
    const gap = Math.round(sampleRate * (0.05 + 0.3 * random.uniform()));
    return Float32Array.from({ length: samples }, (_, i) => Math.exp(-(i % gap) / 20) * random.normal());
  },
  bursts: (random) => {
    const gap = Math.round(sampleRate * (0.2 + 0.4 * random.uniform()));
    return Float32Array.from({ length: samples }, (_, i) => (i % gap < gap / 3 ? random.normal() : 0));
  },
};

/** Creates `each` noises of every kind, at 16 kHz with a peak of 0.5. */
export function createNoises(each: number): { readonly kind: string; readonly samples: Float32Array }[] {
  return Object.entries(makers).flatMap(([kind, make], k) =>
    Array.from({ length: each }, (_, i) => {
      const made = make(createRandom(k, i));
      const peak = made.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { kind, samples: made.map((value) => (0.5 * value) / peak) };
    }),
  );
}
