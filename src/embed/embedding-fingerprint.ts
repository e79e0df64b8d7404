/**
 * Fingerprints of embeddings and transcripts: the encoder or transcriber, and the audio pipeline before it.
 * Keys of stores consist of a fingerprint and a recording's hash.
 */
import { type AudioSettings, defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import { getAudioSettings } from "./embed-source.ts";

/**
 * Version of the computation of the networks. Raised whenever the last digits of an embedding change, so that
 * embeddings of two versions (cached, in shards, new) are never mixed.
 */
const computationVersion = 2;

/** Computes the fingerprint of an embedding: encoder and audio pipeline. */
export function computeEncoderFingerprint(encoder: EncoderInfo, audio?: Partial<AudioSettings>): string {
  return JSON.stringify({
    ...{ encoder, computation: computationVersion },
    audio: describePipeline(encoder.sampleRate, audio),
  });
}

/** Computes the fingerprint of a transcript: transcriber and audio pipeline. */
export function computeTranscriberFingerprint(
  transcriber: TranscriberInfo,
  audio?: Partial<AudioSettings>,
): string {
  return JSON.stringify({
    ...{ transcriber, computation: computationVersion },
    audio: describePipeline(transcriber.sampleRate, audio),
  });
}

/** The limit on duration does not change embeddings, so it is always the default here. */
function describePipeline(sampleRate: number, audio?: Partial<AudioSettings>) {
  const { maximumSeconds } = defaultAudioSettings;
  return describeAudio(getAudioSettings(sampleRate, { ...audio, maximumSeconds }));
}
