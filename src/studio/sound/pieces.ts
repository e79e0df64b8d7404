/**
 * Pieces of a recording: those between pauses, and those between two places.
 *
 * Not its concern: files, what becomes of the pieces.
 */
import { createTakeCutter } from "./take-cutter.ts";

/** Shortest piece, in seconds. */
export const shortestPiece = 0.05;

/** Cuts samples at the pauses, as recordings of the microphone are. */
export function cutAtPauses(samples: Float32Array, sampleRate: number): Float32Array[] {
  const cutter = createTakeCutter(sampleRate);
  const pieces = cutter.push(samples);
  const last = cutter.finish();
  return last ? [...pieces, last] : pieces;
}

/** Pieces before, between, after two places, in samples, of at least {@link shortestPiece}. */
export function cutAtPlaces(
  samples: Float32Array,
  [start, end]: readonly [start: number, end: number],
  sampleRate: number,
): Float32Array[] {
  const pieces = [samples.subarray(0, start), samples.subarray(start, end), samples.subarray(end)];
  return pieces.filter(({ length }) => length >= shortestPiece * sampleRate);
}
