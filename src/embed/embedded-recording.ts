/** A labelled recording with its embedding: the input of training, evaluation and reports. */
import type { AudioFacts } from "../audio/audio.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { Split } from "../dataset/dataset.ts";

/** The vectors of a recording by encoder, in memory or read on access. */
export interface EncoderVectors extends ReadonlyArray<Float32Array> {
  /** Reads a single layer [2 x dimensions]; only for vectors that are read on access. */
  readonly readLayer?: (encoder: number, layer: number) => Float32Array;
}

/** The input of a classifier for one recording. */
export interface Embedding {
  /**
   * The vector of each encoder, in the order of the classifier's encoders: [layers, 2 x dimensions],
   * row-major: means, then standard deviations.
   */
  readonly vectors: EncoderVectors;
  /** The transcript; undefined if there is no transcriber. */
  readonly text?: string;
  /** Mean log-probability (natural) of the transcript's tokens. */
  readonly logprob?: number;
  /** Decoder vectors, in the order and of the sizes of the transcriber's `info.vectors`. */
  readonly decoded?: readonly Float32Array[];
}

/** One recording with its embedding and metadata. */
export interface EmbeddedRecording extends Embedding {
  /** Path relative to its data set. */
  readonly file: string;
  readonly label: string;
  readonly speaker?: string;
  /** The longer recording from which it was cut, as far as names and sound reveal it; see sources.ts. */
  readonly source?: string;
  readonly isSynthetic?: true;
  readonly split: Split;
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  readonly facts: AudioFacts;
  /** Varied copies of it, for training only, in the order of the recipe. */
  readonly copies?: readonly Embedding[];
}

/** Names of classes for sounds of no other class; such a prediction means unknown. */
export const unknownLabels: readonly string[] = ["_background", "_unknown"];

/** Names of classes in which silence is expected. */
const silenceLabels: readonly string[] = ["_silence", ...unknownLabels];

/** Whether one of the labels is a class in which silence is expected. */
export function expectsSilence(labels: readonly string[]): boolean {
  return labels.some((label) => silenceLabels.includes(label));
}

/** Finds the warning that most of a recording's energy is above the band that encoders use. */
export function findHighBand({ warnings }: AudioFacts): ErrorRecord | undefined {
  return warnings.find(({ code }) => code === "above-8-khz");
}

/** Describes why a silent recording is left out: no sound, or none in the band (`findHighBand`). */
export function describeSilence(file: string, facts: AudioFacts): ErrorRecord {
  const highBand = findHighBand(facts);
  if (highBand) return highBand;
  return {
    code: "silent",
    message: `${file} is silent; expected sound in it.`,
    hint: `Record it again, leave it out, or label it ${silenceLabels.slice(0, -1).join(", ")} or ${silenceLabels.at(-1)}.`,
  };
}
