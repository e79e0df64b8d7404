/**
 * The last seconds' levels of the microphone, for the picture that moves. No signal: it is drawn frame by frame.
 *
 * Not its concern: takes, pictures.
 */

/** Levels kept, one every 20 ms. */
export const levelCount = 300;

/** A ring: the newest is before `position`. From 0 (silence) to 1 (full scale), on a scale of loudness. */
export const levels = { values: new Float32Array(levelCount), position: 0 };

const quietestDb = -60;

/** Adds the level of a piece of samples. */
export function pushLevel(samples: Float32Array): void {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const db = 10 * Math.log10(energy / Math.max(1, samples.length) + 1e-12);
  levels.values[levels.position] = Math.max(0, Math.min(1, 1 - db / quietestDb));
  levels.position = (levels.position + 1) % levelCount;
}

/** Forgets all. */
export function resetLevels(): void {
  levels.values.fill(0);
}
