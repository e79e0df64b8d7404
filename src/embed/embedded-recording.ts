/**
 * A labelled recording after the encoders: what training, evaluation and reports work on.
 *
 * Not its concern: encoders' insides, files, stores.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { Split } from "../dataset/dataset.ts";

/** The vectors of a recording by encoder, in memory or read whenever they are asked for. */
export interface EncoderVectors extends ReadonlyArray<Float32Array> {
  /** Where they are read: reads one layer [2 x dimensions] alone. */
  readonly readLayer?: (encoder: number, layer: number) => Float32Array;
}

/** What a classifier gets of one recording. */
export interface Embedding {
  /**
   * Of each encoder, in the order of the classifier's encoders: [layers, 2 x dimensions], row-major: means,
   * then standard deviations.
   */
  readonly vectors: EncoderVectors;
  /** The transcript; undefined where there is no transcriber. */
  readonly text?: string;
  /** Mean log-probability (natural) of the transcript's tokens. */
  readonly logprob?: number;
  /** Decoder vectors, in the order and of the sizes of the transcriber's `info.vectors`. */
  readonly decoded?: readonly Float32Array[];
}

/** One recording after the encoders. */
export interface EmbeddedRecording extends Embedding {
  /** Path relative to its data set. */
  readonly file: string;
  readonly label: string;
  readonly speaker?: string;
  /** The longer recording that it was cut from, as far as names and sound show; see sources.ts. */
  readonly source?: string;
  readonly isSynthetic?: true;
  readonly split: Split;
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  readonly facts: AudioFacts;
  /** Varied copies of it, for training alone; in the order of the recipe. */
  readonly copies?: readonly Embedding[];
}

/** Classes for what belongs to none of the others: such an answer means unknown. */
export const unknownLabels: readonly string[] = ["_background", "_unknown"];

/** Classes in which silence is welcome. */
const silenceLabels: readonly string[] = ["_silence", ...unknownLabels];

/** Whether one of the labels is a class in which silence is welcome. */
export function welcomesSilence(labels: readonly string[]): boolean {
  return labels.some((label) => silenceLabels.includes(label));
}

/** The warning of a recording with most of its energy above the band that encoders use. */
export function findHighBand({ warnings }: AudioFacts): ErrorRecord | undefined {
  return warnings.find(({ code }) => code === "above-8-khz");
}

/**
 * Why a silent recording is left out: there is nothing in it, or nothing that the encoders use (see
 * `findHighBand`).
 */
export function describeSilence(file: string, facts: AudioFacts): ErrorRecord {
  const highBand = findHighBand(facts);
  if (highBand) return highBand;
  return {
    code: "silent",
    message: `${file} is silent; expected sound in it.`,
    hint: `Record it again, leave it out, or give it the label ${silenceLabels.join(", ")}.`,
  };
}
