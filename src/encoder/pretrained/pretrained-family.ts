/**
 * What a family of published models has to provide so that its checkpoints become encoders: one file each.
 *
 * Not its concern: any particular family, files, runtimes.
 */

import type { GraphWriter } from "../../onnx/graph-writer.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { Precision } from "./linear.ts";

/** What to build. */
export interface GraphOptions {
  readonly precision: Precision;
  /** Last layer handed out, from 0; what is above it is neither computed nor stored. All layers when not given. */
  readonly throughLayer?: number | undefined;
}

/** What may be chosen about what a model hears. */
export interface PlanOptions {
  /** Zeros after the samples up to the length it was trained on, where it was trained on one. Default: true length. */
  readonly padded?: boolean | undefined;
}

/** How one model becomes an encoder; made from its config.json and preprocessor_config.json. */
export interface PretrainedPlan {
  /** Layers of the whole model: 0 is what enters the first block, the last the encoder's final output. */
  readonly layers: number;
  /** Numbers a frame. */
  readonly dimensions: number;
  /** In Hz. */
  readonly sampleRate: number;
  /** Shorter clips are lengthened by reflection. */
  readonly minimumSamples: number;
  /** Name of the graph's input, [1, samples]. */
  readonly input: string;
  /** Everything that shapes the numbers, with a version that changes when the graph does: part of fingerprints. */
  readonly recipe: string;
  /** Whether `prepare` normalises: zero mean, unit variance over the clip. */
  readonly isNormalised: boolean;
  /** What is done to the samples before the graph hears them. */
  prepare(samples: Float32Array): Float32Array;
  /** Writes the graph with the outputs of `pooled-outputs.ts`; `finish` is the caller's. */
  write(graph: GraphWriter, checkpoint: Checkpoint, options: GraphOptions): Promise<void>;
}

/** A family of models. */
export interface PretrainedFamily {
  /** Values of `model_type` in config.json that it takes. */
  readonly modelTypes: readonly string[];
  /** Whether it was trained on padded input, and so has {@link PlanOptions.padded}. */
  readonly canPad?: boolean;
  /** Checks a model's parsed config files; throws `unknown-encoder` naming what cannot be honoured. */
  plan(config: unknown, preprocessor: unknown, options?: PlanOptions): PretrainedPlan;
}
