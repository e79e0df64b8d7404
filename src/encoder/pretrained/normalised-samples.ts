/**
 * The input normalisation of wav2vec2 and HuBERT: zero mean, unit variance over the recording.
 *
 * (x - mean) / sqrt(variance + 1e-7), variance over all samples: transformers, `Wav2Vec2FeatureExtractor`.
 * Not its concern: which network hears it.
 */

/** Normalises samples (`do_normalize` of preprocessor_config.json); digital silence stays silent. */
export function normaliseSamples(samples: Float32Array): Float32Array {
  let mean = 0;
  for (const value of samples) mean += value;
  mean /= samples.length;
  let variance = 0;
  for (const value of samples) variance += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(variance / samples.length + 1e-7);
  return samples.map((value) => (value - mean) * scale);
}
