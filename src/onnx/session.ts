/**
 * Adapts a session of either build of ONNX Runtime to the interface encoders use, with this project's errors.
 *
 * Not its concern: creating sessions.
 */
import { GolemError } from "../core/error.ts";
import type { OnnxSession, OnnxTensor } from "./runtime.ts";

/** The part of a session that both builds share; `Tensor` is the build's own class. */
interface RuntimeSession<Tensor> {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, Tensor>, outputs: readonly string[]): Promise<unknown>;
  release(): Promise<void>;
}

/** Constructor of tensors in both builds. */
interface RuntimeTensor<Tensor> {
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
