/**
 * The interface to Node or the browser for the procedures of this folder: data sets, embeddings and the fits
 * of cross-validation. It is implemented for Node in node/node-environment.ts, for the studio in
 * studio/workers/studio-environment.ts.
 *
 * Not its concern: how things are stored, downloaded or distributed over threads.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { Variation } from "../augment/variation.ts";
import type { ClassifierOptions } from "../classifier/classifier.ts";
import type { CandidateRunner, FitProblem, FoldRunner } from "../classifier/fold-runner.ts";
import type { MoreRows } from "../classifier/more-rows.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Dataset, Recording, UnlistedRecordings } from "../dataset/dataset.ts";
import type { AnnotationOptions } from "../dataset/segment.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import type { EmbeddingResult } from "../embed/embedding-result.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";

/** A warning: a fault that did not stop the work but that the user should know about. */
export type Warning = ErrorRecord & { readonly file?: string };

/** Options of every procedure. */
export interface WorkflowOptions extends WorkOptions {
  /** Called with faults that do not stop the work: a duplicate recording, a class with one recording ... */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** How annotations of long recordings are turned into recordings. */
  readonly annotations?: AnnotationOptions | undefined;
}

/** Options that determine which encoders are used. */
export interface EncoderChoice extends Pick<ClassifierOptions, "layer" | "head"> {
  /** A built-in name (`auto`: the defaults together), OWNER/NAME[@REVISION] on the Hub, or a path. */
  readonly encoder?: string | undefined;
  /** Precision of its weights, for encoders available in several: int8 (the default) or fp32. */
  readonly precision?: string | undefined;
  /** Whether transcripts are used if no encoder, layer or head is named; default true. */
  readonly transcript?: boolean | undefined;
}

/** Varied copies of recordings, for training. */
export interface CopyOptions {
  /** The copies of each recording; default: none. */
  readonly variations?: readonly Variation[] | undefined;
  /** Folder of noise to use in place of synthetic noise. */
  readonly noise?: string | undefined;
  /** Folder of impulse responses to use in place of synthetic rooms. */
  readonly rooms?: string | undefined;
}

/** Options of {@link EmbeddingEnvironment.embed}. */
export interface EmbedOptions extends WorkflowOptions, CopyOptions {
  /** Settings that differ from the default; the sample rate is that of the encoders. */
  readonly audio?: Partial<AudioSettings> | undefined;
  /** Name of the stage in progress reports; default: "embedding". */
  readonly stage?: string | undefined;
}

/** Data sets and their embeddings. */
export interface EmbeddingEnvironment {
  /**
   * Opens a data set by name, or uses the given one, and reports its warnings. Of a remote data set at most
   * `limit` rows need to be read; of a run of shards, a sample of `maximumListed` rows is listed.
   */
  openDataset(
    data: string | Dataset,
    options: WorkflowOptions,
    limit?: number,
    maximumListed?: number,
  ): Promise<Dataset>;
  /** Finds encoders and transcriber. Rejects: `unknown-encoder`, `invalid-option`, `invalid-layer`. */
  resolveEncoderSet(choice: EncoderChoice, options: WorkflowOptions): Promise<ResolvedEncoderSet>;
  /**
   * Embeds recordings. Embeddings are stored, so each recording is embedded only once. Recordings that fail
   * are listed in `skipped`; rejects only if no recording can be embedded (no weights) or with `aborted`.
   */
  embed(
    recordings: readonly Recording[],
    encoderSet: ResolvedEncoderSet,
    options: EmbedOptions,
  ): Promise<EmbeddingResult>;
  /**
   * Prepares fitting to the recordings that a data set does not list; absent if data sets are always listed
   * completely. Recordings with the same audio as one of `tested` are not fitted to. Rejects with the errors
   * of `embed`, and `conflicting-labels`.
   */
  readUnlisted?(
    unlisted: UnlistedRecordings,
    inMemory: Readonly<Record<"listed" | "tested", readonly EmbeddedRecording[]>>,
    encoderSet: ResolvedEncoderSet,
    options: EmbedOptions,
  ): Promise<UnlistedResult>;
}

/** Recordings that are used for fitting but not listed. */
export interface UnlistedResult {
  /** The listed recordings, with sources found from the names of all recordings. */
  readonly listed: readonly EmbeddedRecording[];
  /** The unlisted ones by label: their number, and seconds. */
  readonly perClass: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>;
  /** First 64 bits of the hash of each recording's audio, ascending. */
  readonly audioHashes: BigUint64Array;
  /** Recordings that cannot be used: failed, silent, too long. */
  readonly leftOut: number;
  /** Recordings with the same audio as another, which are left out too. */
  readonly copies: number;
  createRows(classes: readonly string[]): MoreRows;
}

interface FitEnvironment {
  /** Creates a runner for the folds of one problem; the caller closes it. */
  createFoldRunner(problem: FitProblem, signal?: AbortSignal): FoldRunner | Promise<FoldRunner>;
  /** Creates a runner for the folds of several candidates; the caller closes it. */
  createCandidateRunner(problem: FitProblem, signal?: AbortSignal): CandidateRunner;
}

/** The complete environment, for training, curves and comparisons. */
export interface Environment extends EmbeddingEnvironment, FitEnvironment {}
