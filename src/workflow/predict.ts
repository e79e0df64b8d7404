/**
 * Predicts the class of one recording from its bytes or its samples.
 *
 * Not its concern: where recordings come from, threads.
 */
import { defaultAudioSettings } from "../audio/audio.ts";
import type { Decoder } from "../audio/formats/decoder.ts";
import { createSampleSource, type SampleSource } from "../audio/sample-source.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { type EncoderSet, embedSource } from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { type AudioPrediction, getAudioOf, predictEmbedded } from "../golem/predict-embedded.ts";

/** Wraps mono samples at 16 kHz as a source, with the name that error messages use. */
export function createGivenSamples(samples: Float32Array): SampleSource {
  return createSampleSource(samples, defaultAudioSettings.sampleRate, "the samples given");
}

/**
 * Predicts one recording; `encoders` are the golem's, in its order. Rejects with the audio stage's errors,
 * `silent` (unless the golem has a class of silence), `too-short` and `aborted`.
 */
export async function predict(
  model: GolemModel,
  encoderSet: EncoderSet,
  source: ByteSource | SampleSource,
  options: {
    readonly decoders?: readonly Decoder[] | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<AudioPrediction> {
  const audio = getAudioOf(model.document);
  const embedded = await embedSource(source, encoderSet, { ...options, audio, identify: false });
  return predictEmbedded(model, embedded, source.name);
}
