/**
 * The words of the audio stage: where bytes come from, what was found in them, what comes out.
 *
 * Not its concern: encoders, labels, the file system.
 */
import type { ErrorRecord } from "../core/error.ts";

/** Everything that shapes the samples an encoder hears; recorded in every golem. */
export interface AudioSettings {
  /** Rate of the samples handed out, in Hz. */
  readonly sampleRate: number;
  /** Whether leading and trailing silence is cut off. */
  readonly trim: boolean;
  /** Longest recording accepted, in seconds, before trimming. */
  readonly maximumSeconds: number;
  /** Longest window handed out, in seconds; longer recordings come as several windows of equal length. */
  readonly windowSeconds: number;
}

/** 16 kHz, trimmed, at most 30 minutes, windows of at most 30 s. */
export const defaultAudioSettings: AudioSettings = {
  sampleRate: 16_000,
  trim: true,
  maximumSeconds: 30 * 60,
  windowSeconds: 30,
};

/** What one pass over a recording tells about it. All levels relative to full scale = 1. */
export interface AudioFacts {
  /** "wav", "mp3", "flac", "ogg", "aiff", or what ffmpeg was asked to read. */
  readonly container: string;
  /** "pcm-s16", "pcm-f32", "alaw", "mp3", "flac", "vorbis", "opus" ... */
  readonly codec: string;
  /** Of the file, in Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Duration of the whole recording, before trimming. */
  readonly seconds: number;
  /** The part kept by trimming, in seconds from the start: [start, end). */
  readonly kept: readonly [number, number];
  /** Largest absolute sample of the down-mix. */
  readonly peak: number;
  /** Root mean square of the down-mix in dB relative to full scale; -Infinity for digital silence. */
  readonly loudnessDb: number;
  /** Share of samples at or above full scale, 0..1. */
  readonly clippedFraction: number;
  /** Mean of the down-mix: how far it sits off zero. */
  readonly offset: number;
  /** Level that a tenth of the recording stays below, in dB relative to full scale; -120 and less are -120. */
  readonly noiseDb: number;
  /** How it sounds, one word every 16 ms; see `createFingerprinter`; empty where nobody asked. Alike for copies that were compressed, cut, resampled. */
  readonly fingerprint: Uint32Array;
  /** SHA-256 (hex) of the decoded samples, empty where nobody asked: equal for the same audio in different lossless containers. */
  readonly audioHash: string;
  /** Oddities that did not prevent decoding (truncated, wrong extension, NaN replaced ...). */
  readonly warnings: readonly ErrorRecord[];
}

/** A recording that has been examined once and can hand out its samples. */
export interface OpenedAudio {
  readonly facts: AudioFacts;
  /** Mono samples at `AudioSettings.sampleRate`, window by window; memory does not grow with duration. */
  windows(): AsyncIterable<Float32Array>;
}
