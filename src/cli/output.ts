/**
 * The output of the commands with `--json`: one JSON document, or one per line if stated. The JSON
 * Schemas in docs/schemas are generated from these types and their comments.
 *
 * Not its concern: how the values are computed, the text output.
 */
import type { ErrorCode, ErrorRecord } from "../core/error.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import type { DetectedEvent } from "../detect/event-pipeline.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { EventScores } from "../evaluate/event-scores.ts";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import type { GolemDiff } from "../node/diff.ts";
import type { CacheStats } from "../node/disk/cache-account.ts";
import type { ExportResult } from "../node/export/export-golem.ts";
import type { FileState } from "../node/models/package-files.ts";
import type { SynthesizedData } from "../node/synthesize.ts";
import type { EncoderComparison } from "../workflow/compare-encoders.ts";
import type { DatasetComparison } from "../workflow/compare-heads.ts";
import type { DatasetCurve } from "../workflow/measure-curve.ts";
import type { Suggestions } from "../workflow/suggest-recordings.ts";

/** One view of a golem: the input of a head. */
interface UsedView {
  readonly encoder: string;
  /** Number of the layer, the transcript, or the name of a decoder vector. */
  readonly layer: number | string;
  readonly pooling: "mean" | "mean+std" | "steps" | "tf-idf";
  /** Weight in the fusion, 0 to 1. */
  readonly weight: number;
  /** Rule by which transcripts are treated as speech. */
  readonly speech?: string | undefined;
}

/** A golem that was trained and saved. */
export interface TrainOutput {
  /** Folder of the golem. */
  readonly golem: string;
  readonly labels: readonly string[];
  /** Number of recordings trained on. */
  readonly recordings: number;
  /** Encoder of the first view. */
  readonly encoder: string;
  /** Kind of the first head. */
  readonly head: string;
  readonly views: readonly UsedView[];
  /** Varied copies, if heads were trained on them. */
  readonly augment?: {
    /** Copies per recording. */
    readonly copies: number;
    readonly kinds: readonly string[];
    /** Weight in the fusion, 0 to 1, of heads that were trained on copies. */
    readonly share: number;
  };
  /** Duration of the command. */
  readonly seconds: number;
  /** The held-out score; null if none could be measured. */
  readonly evaluation: Evaluation | null;
}

/** A golem that was trained again with more recordings. */
export interface UpdateOutput extends Omit<TrainOutput, "encoder" | "head" | "augment"> {
  /** Recordings of the first training that were found again. */
  readonly kept: number;
  /** Recordings added. */
  readonly added: number;
  /** Recordings of the first training that are missing. */
  readonly missing: readonly string[];
}

/** One line per file: a prediction, or the error of a file that cannot be used. */
export type PredictOutput =
  | (AudioPrediction & {
      /** The file, as given. */
      readonly file: string;
    })
  | { readonly file: string; readonly error: ErrorRecord };

/** One line per event; `start` and `end` in seconds from the start. */
export type DetectOutput = DetectedEvent;

/** One line per event; `start` and `end` in seconds from the start. */
export type ListenOutput = DetectedEvent;

/** The score on other recordings, or with `--events` the score of detected events. */
export type EvaluateOutput = Evaluation | EventScores;

/** The findings in a data set, most harmful first. */
export interface DoctorOutput {
  readonly recordings: number;
  readonly findings: readonly Finding[];
  readonly skipped: readonly SkippedRecording[];
}

/** The learning curve. */
export type CurveOutput = DatasetCurve;

/** The comparison of heads, or with `--encoders` of encoders. */
export type CompareOutput = DatasetComparison | EncoderComparison;

/** The comparison of two golems. */
export type DiffOutput = GolemDiff;

/** The recordings to label next. */
export interface SuggestOutput extends Suggestions {
  /** Folder of the golem. */
  readonly golem: string;
}

/** The report that was written. */
export interface ReportOutput {
  /** Path of the page. */
  readonly report: string;
  /** Recordings on the page. */
  readonly recordings: number;
  /** Recordings that were found again, for their sound. */
  readonly found: number;
  readonly bytes: number;
}

/**
 * First line: the address of the page. Last line, or with `--answers` the only one: the state of the labels.
 */
export type ReviewOutput =
  | { readonly url: string }
  | {
      /** Folder of the recordings. */
      readonly review: string;
      /** Answers taken from `--answers`. */
      readonly answers?: number;
      readonly items: number;
      readonly labelled: number;
    };

/** The contents of an export. */
export type ExportOutput = ExportResult;

/** First line: where the server listens. Second line: its golems are loaded. */
export type ServeOutput =
  | {
      readonly listening: {
        readonly url: string;
        readonly host: string;
        readonly port: number;
        readonly golems: readonly string[];
      };
    }
  | { readonly ready: { readonly golems: readonly string[] } };

/** One encoder of `encoders list`. */
export interface ListedEncoder {
  readonly id: string;
  readonly description: string;
  readonly licence: string;
  readonly revision: string;
  readonly layers: number;
  readonly dimensions: number;
  /** In Hz. */
  readonly sampleRate: number;
  readonly state: FileState;
  /** Bytes to download, of built-in encoders. */
  readonly downloadBytes?: number;
  /** Of checkpoints. */
  readonly precision?: string;
  /** Size of the graph, of checkpoints. */
  readonly graphBytes?: number;
  /** Folder, of checkpoints. */
  readonly folder?: string;
}

/** One encoder of `encoders verify`. */
export interface VerifiedEncoder {
  readonly id: string;
  readonly state: FileState;
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly state: FileState }[];
}

/** `list` and `verify`: one document; `pull` and `remove`: one line per encoder. */
export type EncodersOutput =
  | { readonly encoders: readonly (ListedEncoder | VerifiedEncoder)[] }
  | {
      readonly id: string;
      readonly state: FileState;
      readonly revision?: string;
      readonly folder?: string | undefined;
      /** Bytes removed. */
      readonly bytes?: number;
    };

/** The golem of a demo, with the prediction for one held-out recording. */
export interface DemoOutput {
  /** Name of the demo. */
  readonly demo: string;
  /** Name of the data set. */
  readonly data: string;
  /** Folder of the golem. */
  readonly golem: string;
  readonly labels: readonly string[];
  readonly evaluation: Evaluation | null;
  /** For comparison: the score of one linear layer on the last layer's mean, on the same recordings. */
  readonly article: Pick<Evaluation, "balancedAccuracy">;
  readonly prediction: Pick<AudioPrediction, "label" | "confidence" | "scores" | "unknown" | "seconds"> & {
    readonly file: string;
    /** Its true label. */
    readonly truth: string;
  };
  /** Duration of the command. */
  readonly seconds: number;
}

/** The address of the studio, or with `--export` the written files. */
export type StudioOutput =
  | { readonly url: string }
  | {
      /** Folder. */
      readonly export: string;
      /** Number of files. */
      readonly files: number;
    };

/** The recordings that were made. */
export type SynthOutput = SynthesizedData;

/** The state of the cache; with `clear`, that of the removed entries. */
export type CacheOutput = CacheStats | { readonly cleared: CacheStats };

/** The text for a topic, a command or an error code. */
export interface HelpOutput {
  /** The requested name; absent for the program's own usage. */
  readonly topic?: string;
  readonly text: string;
}

/** A completion script. */
export interface CompletionOutput {
  readonly shell: string;
  readonly script: string;
}

/** The last line of any command that failed as a whole (exit codes 1, 2 and 130). */
export interface ErrorOutput {
  readonly error: {
    readonly code: ErrorCode;
    /** What was found, and what was expected. */
    readonly message: string;
    /** What to do about it; may be empty. */
    readonly hint: string;
  };
}
