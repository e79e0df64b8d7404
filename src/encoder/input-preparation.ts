/**
 * Prepares samples for an encoder: lengthens short clips by reflection, normalises loudness.
 *
 * The same steps as nodes of an ONNX graph: `encoder-graph.ts`.
 */

/**
 * Mirrors `samples` at its ends (x0 x1 x2 x1 x0 x1 ..., without repeating the edge) until there are
 * `minimumSamples`: this adds no silence and no edges, and keeps the spectrum. Longer clips are returned
 * unchanged. A clip of one sample is repeated.
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

/**
 * Normalises to zero mean and unit variance over the clip, then applies `gain`: (x - mean) / sqrt(variance +
 * 1e-7) x gain. The small constant is that of Hugging Face's `Wav2Vec2FeatureExtractor` (`do_normalize` of
 * preprocessor_config.json); it keeps digital silence at 0.
 */
export function normaliseSamples(samples: Float32Array, gain = 1): Float32Array {
  let sum = 0;
  for (const sample of samples) sum += sample;
  const mean = sum / samples.length;
  let squares = 0;
  for (const sample of samples) squares += (sample - mean) ** 2;
  const scale = gain / Math.sqrt(squares / samples.length + 1e-7);
  return samples.map((sample) => (sample - mean) * scale);
}
