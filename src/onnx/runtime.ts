/**
 * The interface of ONNX Runtime as encoders use it, so that the same encoder runs on onnxruntime-node and
 * onnxruntime-web.
 */

import { GolemError } from "../core/error.ts";

/** An input or output tensor: float32 data in C order, or int64 (shapes). */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A loaded model. */
export interface OnnxSession {
  /**
   * Runs the model once. `outputs`: names of the outputs to compute (default: all). Rejects with
   * `encoder-failed` when shapes do not fit.
   */
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  /** Frees native memory. */
  release(): Promise<void>;
}

/**
 * A model that is derived from published files. A runtime may cache its optimised form; it then neither reads
 * the files nor derives the model again.
 */
export interface DerivedModel {
  /** Name among the models of one network, fit for a file name. */
  readonly name: string;
  /** SHA-256 (hex) of what `build` returns. A result with another hash is used but not cached. */
  readonly sha256: string;
  /** Computes the bytes of the model. */
  build(): Promise<Uint8Array>;
}

/**
 * A model's bytes, or the path of its file: large models are loaded from their file, without a copy in
 * JavaScript. Or a model to derive.
 */
export type OnnxModel = Uint8Array | { readonly path: string } | DerivedModel;

/** Gets the bytes of a model, derived if necessary. Rejects with `encoder-failed` for the path of a file. */
export async function getModelBytes(model: OnnxModel): Promise<Uint8Array> {
  if (model instanceof Uint8Array) return model;
  if ("build" in model) return model.build();
  throw new GolemError("encoder-failed", `Bytes of a model were expected; got the path ${model.path}.`, {
    hint: "Only built-in encoders run here.",
  });
}

/** Loads models. */
export interface OnnxRuntime {
  /**
   * Whether models may contain only ONNX's own operators. Those that ONNX Runtime adds are correct on CPUs,
   * but WebGPU's RotaryEmbedding is wrong if only part of each head is rotated. Default: false.
   */
  readonly isPortableOnly?: boolean;
  createSession(model: OnnxModel): Promise<OnnxSession>;
}
