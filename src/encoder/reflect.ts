/**
 * Lengthens a clip below an encoder's minimum by reflection: no silence, no edge, the same spectrum.
 *
 * Not its concern: which encoder asks.
 */

/**
 * Returns `samples` mirrored at its ends (x0 x1 x2 x1 x0 x1 ..., "reflect" without repeating the edge) until it has
 * `minimumSamples`; longer clips are returned as they are. A clip of one sample is repeated.
 */
export function reflectToLength(samples: Float32Array, minimumSamples: number): Float32Array {
  const length = samples.length;
  if (length >= minimumSamples || length === 0) return samples;
  const result = new Float32Array(minimumSamples);
  const period = Math.max(1, 2 * (length - 1));
  for (let i = 0; i < minimumSamples; i++) {
    const position = i % period;
    result[i] = samples[position < length ? position : period - position]!;
  }
  return result;
}
