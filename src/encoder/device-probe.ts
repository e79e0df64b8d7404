/** Tests whether an encoder gives the same embedding on two devices: a signal, and a measure. */
import { createRandom } from "../core/random.ts";

/** Maximum difference of a number, relative to the root mean square of its layer. */
export const deviceTolerance = 2e-3;
const probeSeconds = 2;

/**
 * Computes the largest difference of two vectors [layers, n], relative to the root mean square of the layer
 * in the first; infinite if a number is NaN.
 */
export function compareLayers(a: Float32Array, b: Float32Array, layers: number): number {
  const size = a.length / layers;
  let largest = 0;
  for (let layer = 0; layer < layers; layer++) {
    const from = layer * size;
    let squares = 0;
    for (let i = from; i < from + size; i++) squares += a[i]! * a[i]!;
    const scale = Math.sqrt(squares / size) || 1;
    for (let i = from; i < from + size; i++) {
      const difference = Math.abs(a[i]! - b[i]!) / scale;
      largest = Number.isFinite(difference) ? Math.max(largest, difference) : Number.POSITIVE_INFINITY;
    }
  }
  return largest;
}

/** Creates two seconds of a signal that rises and falls like speech, over noise; always the same. */
export function createProbe(sampleRate: number): Float32Array {
  const random = createRandom(0);
  return Float32Array.from({ length: probeSeconds * sampleRate }, (_, i) => {
    const t = i / sampleRate;
    const syllable = Math.sin(2 * Math.PI * 2 * t) ** 2;
    const pitch = 2 * Math.PI * (120 * t + 8 * Math.sin(2 * Math.PI * t));
    const voice = Math.sin(pitch) + 0.6 * Math.sin(5 * pitch) + 0.3 * Math.sin(19 * pitch);
    return 0.15 * syllable * voice + 0.01 * (random.uniform() - 0.5);
  });
}
