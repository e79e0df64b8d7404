/**
 * ONNX Runtime in Node: the native CPU build of onnxruntime-node, loaded on first use.
 *
 * Its `run` blocks the calling thread while its own threads work, so work that must overlap goes to worker threads.
 * Must not know: encoders.
 */
import { GolemError } from "../core/error.ts";
import type { OnnxRuntime } from "../encoder/onnx-runtime.ts";
import { wrapSession } from "../encoder/onnx-session.ts";
import { saturatesInt8 } from "./processor.ts";

/** Creates a runtime whose sessions use `threads` threads each. */
export function createNodeOnnxRuntime(options: { threads: number }): OnnxRuntime {
  return {
    async createSession(model) {
      const ort = await import("onnxruntime-node");
      const settings = {
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        // Plans for every input length cost 90 MB on recordings of 30 s and no measurable time.
        enableMemPattern: false,
        logSeverityLevel: 3,
        // Makes products of int8 weights exact, at half the speed, where they would saturate.
        extra: { session: { x64quantprecision: saturatesInt8() ? "1" : "0" } },
      } as const;
      const session = await (model instanceof Uint8Array
        ? ort.InferenceSession.create(model, settings)
        : ort.InferenceSession.create(model.path, settings)
      ).catch((cause: unknown) => {
        throw new GolemError(
          "encoder-failed",
          "ONNX Runtime could not load the model; expected a valid ONNX file.",
          {
            hint: "Run `golem encoders verify`; if the files are right, this build of ONNX Runtime may be too old.",
            cause,
          },
        );
      });
      return wrapSession(session, ort.Tensor);
    },
  };
}
