/**
 * Seeded random numbers: the only source of randomness in the project.
 *
 * Not its concern: the clock, Math.random, the use of the numbers.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 so that seeds 0, 1, 2 ... give
 * unrelated streams. The same seed gives the same numbers on every machine.
 */

/** A deterministic stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
}

/** Creates a stream from a seed; further words (fold, repeat ...) give independent sub-streams. */
export function createRandom(seed: number, ...words: number[]): Random {
  let mix = 0x9e3779b9;
  const nextSeedWord = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) | 0;
  };
  for (const word of [seed, ...words]) {
    mix = (mix ^ Math.imul(word | 0, 0x85ebca6b) ^ Math.floor(word / 2 ** 32)) | 0;
    mix = nextSeedWord();
  }
  let a = nextSeedWord();
  let b = nextSeedWord();
  let c = nextSeedWord();
  let counter = 1;
  const nextWord = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) nextWord();
  let spare: number | undefined;
  const uniform = (): number => nextWord() / 4294967296;
  return {
    uniform,
    integer: (limit) => Math.floor(uniform() * limit),
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** Returns a shuffled copy (Fisher-Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swap = result[i]!;
    result[i] = result[j]!;
    result[j] = swap;
  }
  return result;
}
