/**
 * What encoders need from ONNX Runtime, so that the same encoder runs on onnxruntime-node and onnxruntime-web.
 *
 * Not its concern: which build of the runtime is used, where models come from.
 */

/** A tensor going in or out: float32 data in C order, or int64 (shapes). */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A loaded model. */
export interface OnnxSession {
  /** Runs the model once. `outputs`: names of those wanted, all when not given. Rejects when shapes do not fit. */
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  /** Frees native memory. */
  release(): Promise<void>;
}

/** A model's bytes, or where its file is: large models are loaded from their file, without a copy in JavaScript. */
export type OnnxModel = Uint8Array | { readonly path: string };

/** Loads models. */
export interface OnnxRuntime {
  createSession(model: OnnxModel): Promise<OnnxSession>;
}
