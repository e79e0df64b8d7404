/**
 * ONNX Runtime on a graphics processor: onnxruntime-web's WebGPU build, fetched on request from the address
 * that the page gives.
 *
 * It is not part of this package's build, since it is twice as large. Runs take turns, since it supports only
 * one at a time. Not its concern: whether it is faster (webgpu-trial.ts).
 */
import type * as Ort from "onnxruntime-web/webgpu";
import { GolemError } from "../core/error.ts";
import { getModelBytes, type OnnxRuntime } from "../onnx/runtime.ts";
import { wrapSession } from "../onnx/session.ts";

/** The only version of onnxruntime-web that is accepted. */
const expectedVersion = "1.30.0";

/**
 * Fetches the build and creates a runtime. `folder`: address of the files of onnxruntime-web's `dist`.
 *
 * @throws GolemError `fetch-failed` if the build is missing or of another version.
 */
export async function loadWebGpuRuntime(folder: string): Promise<OnnxRuntime> {
  const base = folder.replace(/\/?$/, "/");
  const module = `${base}ort.webgpu.min.mjs`;
  const ort = (await import(/* @vite-ignore */ module).catch((cause: unknown) => {
    throw new GolemError("fetch-failed", `${module} could not be loaded: ${String(cause)}`, {
      hint: `Put the folder dist of the package onnxruntime-web@${expectedVersion} there.`,
      cause,
    });
  })) as typeof Ort;
  const found = ort.env.versions.web;
  if (found !== expectedVersion) {
    throw new GolemError("fetch-failed", `${module} is of version ${found}; expected ${expectedVersion}.`, {
      hint: `Put the folder dist of the package onnxruntime-web@${expectedVersion} there.`,
    });
  }
  ort.env.wasm.wasmPaths = base;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  let turn: Promise<unknown> = Promise.resolve();
  return {
    isPortableOnly: true,
    async createSession(model) {
      const session = await ort.InferenceSession.create(await getModelBytes(model), {
        executionProviders: ["webgpu"],
        logSeverityLevel: 3,
      }).catch((cause: unknown) => {
        throw new GolemError("encoder-failed", `WebGPU could not load the model: ${String(cause)}`, {
          cause,
        });
      });
      const wrapped = wrapSession(session, ort.Tensor);
      return {
        ...wrapped,
        run(feeds, outputs) {
          const answer = turn.then(() => wrapped.run(feeds, outputs));
          turn = answer.catch(() => undefined);
          return answer;
        },
      };
    },
  };
}
