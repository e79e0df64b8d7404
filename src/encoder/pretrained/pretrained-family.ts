/**
 * The interface of a family of published models whose checkpoints can become encoders; one file per family.
 *
 * Not its concern: any particular family, files, runtimes.
 */

import type { GraphWriter } from "../../onnx/graph-writer.ts";
import type { OnnxSession } from "../../onnx/runtime.ts";
import type { Transcriber, TranscriberInfo } from "../transcriber.ts";
import type { VocabularyFiles } from "./byte-vocabulary.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { Precision } from "./linear.ts";

/** Options of building a graph. */
export interface GraphOptions {
  readonly precision: Precision;
  /** Last layer to return, from 0; layers above it are neither computed nor stored. Default: all layers. */
  readonly throughLayer?: number | undefined;
}

/** Options of a model's input. */
export interface PlanOptions {
  /** Pad samples with zeros to the length trained on, if there was one. Default: true length. */
  readonly padded?: boolean | undefined;
}

/** How one model becomes an encoder, derived from its config.json and preprocessor_config.json. */
export interface PretrainedPlan {
  /** Layers of the whole model: 0 is the input of the first block, the last is the encoder's final output. */
  readonly layers: number;
  /** Numbers per frame. */
  readonly dimensions: number;
  /** In Hz. */
  readonly sampleRate: number;
  /** Shorter clips are lengthened by reflection. */
  readonly minimumSamples: number;
  /** Name of the graph's input, [1, samples]. */
  readonly input: string;
  /** Everything that shapes the numbers, and the graph's version; part of fingerprints. */
  readonly recipe: string;
  /** Whether `prepare` normalises: zero mean, unit variance over the clip. */
  readonly isNormalised: boolean;
  /** Prepares the samples for the graph. */
  prepare(samples: Float32Array): Float32Array;
  /** Writes the graph with the outputs of `addPooledLayers` (transformer.ts); the caller calls `finish`. */
  write(graph: GraphWriter, checkpoint: Checkpoint, options: GraphOptions): Promise<void>;
}

/** A family of models. */
export interface PretrainedFamily {
  /** Supported values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /** Whether the models were trained on padded input, so that {@link PlanOptions.padded} is allowed. */
  readonly canPad?: boolean;
  /** Checks a model's parsed config files. Throws `unknown-encoder` naming what is not supported. */
  plan(config: unknown, preprocessor: unknown, options?: PlanOptions): PretrainedPlan;
}

/** Parsed files of a checkpoint that describe a transcriber; undefined if there are none. */
export interface TranscriberFiles {
  readonly config: unknown;
  readonly preprocessor: unknown;
  /** generation_config.json */
  readonly generation: unknown;
  readonly vocabulary: VocabularyFiles;
}

/** How one checkpoint becomes a transcriber. */
export interface TranscriberPlan {
  /** Version of the graphs. */
  readonly graphRecipe: string;
  /** End of the name of a tensor that checkpoints with a decoder have. */
  readonly anchor: string;
  /** Its graphs, by name. */
  readonly graphs: Readonly<
    Record<string, (graph: GraphWriter, checkpoint: Checkpoint, precision: Precision) => Promise<void>>
  >;
  /** Returns the identity of the transcriber. Throws `invalid-option` for a language it lacks. */
  describe(source: Pick<TranscriberInfo, "id" | "revision" | "sha256" | "precision">): TranscriberInfo;
  /** Creates it from the sessions of its graphs, which it then owns. */
  create(info: TranscriberInfo, sessions: Readonly<Record<string, OnnxSession>>): Transcriber;
}
