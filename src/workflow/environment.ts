/**
 * What the procedures of this folder need from Node or the browser: data sets, embeddings and the fits of
 * cross-validation. Node implements it in node/node-environment.ts, the studio in
 * studio/workers/studio-environment.ts.
 *
 * Not its concern: the procedures; how anything is stored, fetched or spread over threads.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { Variation } from "../augment/variation.ts";
import type { ClassifierOptions } from "../classifier/classifier.ts";
import type { CandidateRunner, FitProblem, FoldRunner } from "../classifier/fold-runner.ts";
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Dataset, Recording } from "../dataset/dataset.ts";
import type { AnnotationOptions } from "../dataset/segment.ts";
import type { EmbeddingResult } from "../embed/embedding-result.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";

/** A warning: something that did not stop the work but that the user should know. */
export type Warning = ErrorRecord & { readonly file?: string };

/** Options of every procedure. */
export interface WorkflowOptions extends WorkOptions {
  /** Called with what does not stop the work: a duplicate recording, a class with one recording ... */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** How annotations of long recordings become recordings. */
  readonly annotations?: AnnotationOptions | undefined;
}

/** Options that decide which encoders are used. */
export interface EncoderChoice extends Pick<ClassifierOptions, "layer" | "head"> {
  /**
   * Built-in name (`auto`: the default ones together), OWNER/NAME[@REVISION] on the Hugging Face Hub, or a
   * path.
   */
  readonly encoder?: string | undefined;
  /** Arithmetic of its weights, for encoders that come in several: int8 (their default) or fp32. */
  readonly precision?: string | undefined;
  /** Whether transcripts count, where no encoder, layer or head is named; default true. */
  readonly transcript?: boolean | undefined;
}

/** Varied copies of recordings, for training. */
export interface CopyOptions {
  /** The copies of each recording; none unless given. */
  readonly variations?: readonly Variation[] | undefined;
  /** Folder of noise to use in place of synthetic noise. */
  readonly noise?: string | undefined;
  /** Folder of impulse responses to use in place of synthetic rooms. */
  readonly rooms?: string | undefined;
}

/** Options of {@link EmbeddingEnvironment.embed}. */
export interface EmbedOptions extends WorkflowOptions, CopyOptions {
  /** Settings that differ from the default; the sample rate is the encoders'. */
  readonly audio?: Partial<AudioSettings> | undefined;
  /** Word for progress: "embedding" unless given. */
  readonly stage?: string | undefined;
}

/** Data sets and their embeddings. */
export interface EmbeddingEnvironment {
  /**
   * Opens a data set by name, or takes it as it is, and passes its warnings on. Of a remote one, `limit` rows
   * are enough.
   */
  openDataset(data: string | Dataset, options: WorkflowOptions, limit?: number): Promise<Dataset>;
  /**
   * Finds the encoders and the transcriber. Rejects with `unknown-encoder`, `invalid-option`,
   * `invalid-layer`.
   */
  resolveEncoderSet(choice: EncoderChoice, options: WorkflowOptions): Promise<ResolvedEncoderSet>;
  /**
   * Embeds recordings, each once: outputs are stored, and looked up the next time. A recording that fails is
   * among `skipped`; rejects only when nothing can work (no weights) or with `aborted`.
   */
  embed(
    recordings: readonly Recording[],
    encoderSet: ResolvedEncoderSet,
    options: EmbedOptions,
  ): Promise<EmbeddingResult>;
}

/** Where classifiers are fitted. */
interface FitEnvironment {
  /** Runs the folds of one way to fit; the caller closes it. */
  createFoldRunner(problem: FitProblem, signal?: AbortSignal): FoldRunner | Promise<FoldRunner>;
  /** Runs the folds of several ways to fit; the caller closes it. */
  createCandidateRunner(problem: FitProblem, signal?: AbortSignal): CandidateRunner;
}

/** All of it: what training, curves and comparisons need. */
export interface Environment extends EmbeddingEnvironment, FitEnvironment {}
