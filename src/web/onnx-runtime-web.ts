/**
 * ONNX Runtime in browsers: the WebAssembly SIMD build of onnxruntime-web, with threads if the page is
 * cross-origin isolated.
 *
 * Its `run` blocks the thread it is called on, so it belongs in a worker. It needs only `'wasm-unsafe-eval'`
 * in the page's content security policy; its two files are next to the built module.
 */
import * as ort from "onnxruntime-web/wasm";
import { GolemError } from "../core/error.ts";
import { getModelBytes, type OnnxRuntime } from "../onnx/runtime.ts";
import { wrapSession } from "../onnx/session.ts";
import { letEventsIn } from "./event-turn.ts";

/** Maximum number of threads that sessions use; small networks gain nothing from more. */
const maximumThreads = 4;

/** Options of {@link createWebOnnxRuntime}. */
export interface WebOnnxRuntimeOptions {
  /**
   * Threads of all sessions; more than one only if the page is cross-origin isolated. Default: the number of
   * cores, at most 4.
   */
  readonly threads?: number | undefined;
  /** Where `ort-wasm-simd-threaded.mjs` and `.wasm` are; default: next to this module. */
  readonly runtimeUrl?: string | URL | undefined;
}

/**
 * Creates a runtime. The runtime's files and number of threads are common to the whole page or worker: those
 * of the first session apply. Sessions reject with `encoder-failed` when a model cannot be loaded or run.
 */
export function createWebOnnxRuntime(options: WebOnnxRuntimeOptions = {}): OnnxRuntime {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const threads = options.threads ?? Math.min(maximumThreads, cores);
  const { wasm } = ort.env;
  wasm.numThreads = globalThis.crossOriginIsolated ? Math.max(1, threads) : 1;
  wasm.wasmPaths = getRuntimeFiles(options.runtimeUrl);
  ort.env.logLevel = "error";
  return {
    async createSession(model) {
      const session = await ort.InferenceSession.create(await getModelBytes(model), {
        executionProviders: ["wasm"],
        executionMode: "sequential",
        enableMemPattern: false,
        logSeverityLevel: 3,
      }).catch((cause: unknown) => {
        throw new GolemError("encoder-failed", `ONNX Runtime could not load the model: ${String(cause)}`, {
          hint: "The browser needs WebAssembly SIMD, and the page's policy 'wasm-unsafe-eval' in script-src.",
          cause,
        });
      });
      const wrapped = wrapSession(session, ort.Tensor);
      return {
        ...wrapped,
        async run(feeds, outputs) {
          await letEventsIn();
          return wrapped.run(feeds, outputs);
        },
      };
    },
  };
}

/** The addresses are literal, since bundlers look for them. */
function getRuntimeFiles(base: string | URL | undefined): { mjs: URL; wasm: URL } {
  if (base === undefined) {
    return {
      mjs: new URL("./ort-wasm-simd-threaded.mjs", import.meta.url),
      wasm: new URL("./ort-wasm-simd-threaded.wasm", import.meta.url),
    };
  }
  const folder = new URL(String(base).replace(/\/?$/, "/"), globalThis.location?.href);
  return {
    mjs: new URL("ort-wasm-simd-threaded.mjs", folder),
    wasm: new URL("ort-wasm-simd-threaded.wasm", folder),
  };
}
