/**
 * Levels of the microphone over the last seconds, for the level display. Not a signal: it is drawn every
 * frame.
 *
 * Not its concern: takes, pictures.
 */

/** Levels kept, one per 20 ms. */
export const levelCount = 300;

/** Ring buffer, newest before `position`; from 0 (-60 dB or less) to 1 (full scale), linear in dB. */
export const levels = { values: new Float32Array(levelCount), position: 0 };

const quietestDb = -60;

/** Adds the level of a block of samples. */
export function pushLevel(samples: Float32Array): void {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const db = 10 * Math.log10(energy / Math.max(1, samples.length) + 1e-12);
  levels.values[levels.position] = Math.max(0, Math.min(1, 1 - db / quietestDb));
  levels.position = (levels.position + 1) % levelCount;
}

/** Clears all levels. */
export function resetLevels(): void {
  levels.values.fill(0);
}
