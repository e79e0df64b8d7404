/**
 * What identifies something heard besides the recording: who listened, and the audio pipeline before it. Keys of stores are made of it.
 *
 * Not its concern: stores, files.
 */
import { type AudioSettings, defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import { getAudioSettings } from "./embed-source.ts";

/** The fingerprint of an embedding: encoder and audio pipeline. */
export function computeEncoderFingerprint(encoder: EncoderInfo, audio?: Partial<AudioSettings>): string {
  return JSON.stringify({ encoder, audio: describeHearing(encoder.sampleRate, audio) });
}

/** The fingerprint of a transcript. */
export function computeTranscriberFingerprint(
  transcriber: TranscriberInfo,
  audio?: Partial<AudioSettings>,
): string {
  return JSON.stringify({ transcriber, audio: describeHearing(transcriber.sampleRate, audio) });
}

/** How long a recording may be does not change what is heard of it. */
function describeHearing(sampleRate: number, audio?: Partial<AudioSettings>) {
  const { maximumSeconds } = defaultAudioSettings;
  return describeAudio(getAudioSettings(sampleRate, { ...audio, maximumSeconds }));
}
