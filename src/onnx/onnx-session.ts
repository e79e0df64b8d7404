/**
 * A session of either build of ONNX Runtime as encoders see it: tensors in and out, errors in this package's words.
 *
 * Not its concern: which build it is, how its sessions are created.
 */
import { GolemError } from "../core/error.ts";
import type { OnnxSession, OnnxTensor } from "./onnx-runtime.ts";

/** What both builds' sessions can do; `Tensor` is the build's own. */
export interface RuntimeSession<Tensor> {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, Tensor>, outputs: readonly string[]): Promise<unknown>;
  release(): Promise<void>;
}

/** How both builds make tensors. */
export interface RuntimeTensor<Tensor> {
  new (type: "float32", data: Float32Array, dims: readonly number[]): Tensor;
  new (type: "int64", data: BigInt64Array, dims: readonly number[]): Tensor;
}

/** Wraps a session; its `run` rejects with `encoder-failed`. */
export function wrapSession<Tensor>(
  session: RuntimeSession<Tensor>,
  Tensor: RuntimeTensor<Tensor>,
): OnnxSession {
  return {
    async run(feeds, outputs = session.outputNames) {
      const inputs: Record<string, Tensor> = {};
      for (const [name, { data, dims }] of Object.entries(feeds)) {
        inputs[name] =
          data instanceof Float32Array ? new Tensor("float32", data, dims) : new Tensor("int64", data, dims);
      }
      const results = await session.run(inputs, outputs).catch((cause: unknown) => {
        throw new GolemError("encoder-failed", `ONNX Runtime stopped: ${String(cause)}`, { cause });
      });
      return results as Record<string, OnnxTensor>;
    },
    release: () => session.release(),
  };
}
