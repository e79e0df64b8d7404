/**
 * The contents of a report as plain data.
 *
 * Not its concern: how the data was computed, how it is shown.
 */
import type { Evaluation } from "../../evaluate/evaluation.ts";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";

/** A report of the training of a golem, or of its evaluation on a test set. */
export interface ReportData {
  readonly kind: "golem" | "test set";
  /** Name of the data set. */
  readonly name: string;
  /** Null if nothing could be held out. */
  readonly evaluation: Evaluation | null;
  readonly labels: readonly string[];
  readonly training: {
    readonly recordings: number;
    readonly seconds: number;
    readonly perClass: Readonly<Record<string, number>>;
  };
  readonly views: readonly ReportView[];
  readonly recordings: readonly ReportRecording[];
  readonly learningCurve?: LearningCurve | undefined;
  /** Undefined if the doctor did not run. */
  readonly findings?: readonly ReportFinding[] | undefined;
  readonly reproduction: Reproduction;
}

/** A view of the golem with its weight in the fusion. */
export interface ReportView {
  readonly encoder: string;
  readonly layer: number | "transcript";
  /** Layers of the encoder; 1 for a transcript. */
  readonly layers: number;
  /** 0 to 1. */
  readonly weight: number;
}

/** One recording. */
export interface ReportRecording {
  /** Path relative to its data set. */
  readonly file: string;
  readonly label: string;
  /** Whether the final golem was trained on it. */
  readonly isTrained: boolean;
  /** Whether it is included in the score. */
  readonly isScored: boolean;
  readonly speaker?: string | undefined;
  readonly seconds: number;
  /** Its transcript. */
  readonly text?: string | undefined;
  /** Held-out predictions with the share of repeats that gave each, largest first. */
  readonly answers: readonly LabelShare[];
  /** Held-out probabilities of all labels, largest first. */
  readonly scores: readonly LabelShare[];
  /** From 0 to 1, y downwards. */
  readonly position?: readonly [x: number, y: number] | undefined;
  readonly audio?: ReportAudio | undefined;
  /** PNG in base64. */
  readonly spectrogram?: string | undefined;
}

/** A label with a share or a probability, 0 to 1. */
interface LabelShare {
  readonly label: string;
  readonly share: number;
}

/** The sound of a recording: WAV in base64, cut if it is too long; or a relative address. */
export type ReportAudio =
  | { readonly kind: "clip"; readonly base64: string; readonly seconds: number }
  | { readonly kind: "link"; readonly href: string };

/** One finding of the doctor. */
export interface ReportFinding {
  readonly kind: string;
  readonly severity: "severe" | "warning" | "note";
  readonly files: readonly string[];
  readonly message: string;
  readonly advice: string;
}

/** How to reproduce the golem and the report. */
export interface Reproduction {
  /** Command lines, in order. */
  readonly commands: readonly string[];
  /** Names and values of everything the result depends on: versions, fingerprints, hashes. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}
