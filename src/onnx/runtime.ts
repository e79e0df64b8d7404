/**
 * The interface of ONNX Runtime as encoders use it, so that the same encoder runs on onnxruntime-node and
 * onnxruntime-web.
 *
 * Not its concern: which build of the runtime is used, where models come from.
 */

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
 * A model's bytes, or the path of its file: large models are loaded from their file, without a copy in
 * JavaScript.
 */
export type OnnxModel = Uint8Array | { readonly path: string };

/** Loads models. */
export interface OnnxRuntime {
  createSession(model: OnnxModel): Promise<OnnxSession>;
}
