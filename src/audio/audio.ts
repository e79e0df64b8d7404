/**
 * Types of the audio stage: settings, facts about a recording, the opened recording.
 *
 * Not its concern: encoders, labels, the file system.
 */
import type { ErrorRecord } from "../core/error.ts";

/** Everything that affects the samples given to an encoder; recorded in every golem. */
export interface AudioSettings {
  /** Sample rate of the output, in Hz. */
  readonly sampleRate: number;
  /** Whether leading and trailing silence is cut off. */
  readonly trim: boolean;
  /** Longest recording accepted, in seconds, before trimming. */
  readonly maximumSeconds: number;
  /** Longest window in seconds; longer recordings are cut into windows of equal length. */
  readonly windowSeconds: number;
}

/** 16 kHz, trimmed, at most 30 minutes, windows of at most 30 s. */
export const defaultAudioSettings: AudioSettings = {
  sampleRate: 16_000,
  trim: true,
  maximumSeconds: 30 * 60,
  windowSeconds: 30,
};

/** Facts found in one pass over a recording. All levels are relative to full scale = 1. */
export interface AudioFacts {
  /** "wav", "mp3", "flac", "ogg", "aiff", or the kind that ffmpeg decoded. */
  readonly container: string;
  /** "pcm-s16", "pcm-f32", "alaw", "mp3", "flac", "vorbis", "opus" ... */
  readonly codec: string;
  /** Sample rate of the file, in Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Duration of the whole recording in seconds, before trimming. */
  readonly seconds: number;
  /** The part kept by trimming, in seconds from the start: [start, end). */
  readonly kept: readonly [number, number];
  /** Largest absolute sample of the down-mix. */
  readonly peak: number;
  /** Root mean square of the down-mix in dB relative to full scale; -Infinity for digital silence. */
  readonly loudnessDb: number;
  /**
   * Fraction of samples at full scale, 0..1; samples above it count only in lossy codecs, which move clipped
   * samples there.
   */
  readonly clippedFraction: number;
  /** Mean of the down-mix (DC offset). */
  readonly offset: number;
  /** Level in dB relative to full scale that a tenth of the recording stays below; at least -120. */
  readonly noiseDb: number;
  /**
   * One word per 16 ms that describes the sound (see `createFingerprinter`); empty when not computed. Similar
   * for copies that were compressed, cut or resampled.
   */
  readonly fingerprint: Uint32Array;
  /**
   * One word per 16 ms beside each word of the fingerprint: coarse levels of a few bands; see
   * `levelParameters`.
   */
  readonly levels: Uint32Array;
  /**
   * SHA-256 (hex) of the decoded samples, empty when not computed: equal for the same audio in different
   * lossless containers.
   */
  readonly audioHash: string;
  /** Problems that did not prevent decoding (truncated, wrong extension, NaN replaced ...). */
  readonly warnings: readonly ErrorRecord[];
}

/** A recording that was examined once and can be read window by window. */
export interface OpenedAudio {
  readonly facts: AudioFacts;
  /** Yields mono samples at `AudioSettings.sampleRate` by window; memory does not grow with duration. */
  windows(): AsyncIterable<Float32Array>;
}
