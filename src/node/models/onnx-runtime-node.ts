/**
 * ONNX Runtime in Node: the native CPU build of onnxruntime-node, loaded on first use.
 *
 * Its `run` blocks the calling thread, so work that must overlap runs on worker threads.
 * Not its concern: encoders.
 */
import { readFileSync } from "node:fs";
import type { Provider } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import type { OnnxRuntime } from "../../onnx/runtime.ts";
import { wrapSession } from "../../onnx/session.ts";

/** Threads of a session with a second core. */
const sparedThreads = 2;

/**
 * Creates a runtime whose sessions use `threads` threads each. With `hasSpareCore` every network is loaded
 * twice, with one thread and with two, and `hasSpareCore` selects one on each run; both give the same bits. On a
 * `device` other than the processor there is one, and loading rejects where the machine has no such device.
 */
export function createNodeOnnxRuntime({
  threads,
  hasSpareCore,
  device = "cpu",
}: {
  threads: number;
  device?: Provider | undefined;
  hasSpareCore?: (() => boolean) | undefined;
}): OnnxRuntime {
  if (!hasSpareCore || device !== "cpu") return createPlainRuntime(threads, true, device);
  const alone = createPlainRuntime(sparedThreads, false);
  const beside = createPlainRuntime(1, true);
  return {
    async createSession(model) {
      const sessions = { beside: await beside.createSession(model), alone: await alone.createSession(model) };
      return {
        run: (feeds, outputs) => sessions[hasSpareCore() ? "alone" : "beside"].run(feeds, outputs),
        async release() {
          await sessions.beside.release();
          await sessions.alone.release();
        },
      };
    },
  };
}

/** `isSpinning`: idle threads briefly spin for more work instead of yielding their core. */
function createPlainRuntime(threads: number, isSpinning: boolean, device: Provider = "cpu"): OnnxRuntime {
  return {
    async createSession(model) {
      const ort = await import("onnxruntime-node");
      const settings = {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        // Memory plans for every input length cost 90 MB on recordings of 30 s, without measurable gain.
        enableMemPattern: false,
        logSeverityLevel: 3,
        ...(device === "cpu" ? {} : { executionProviders: [device] }),
        // Makes int8 products exact, at half the speed, where they would saturate.
        extra: {
          session: {
            x64quantprecision: saturatesInt8() ? "1" : "0",
            intra_op: { allow_spinning: isSpinning ? "1" : "0" },
          },
        },
      } as const;
      const session = await (model instanceof Uint8Array
        ? ort.InferenceSession.create(model, settings)
        : ort.InferenceSession.create(model.path, settings)
      ).catch((cause: unknown) => {
        if (device !== "cpu") {
          const reason = String((cause as Error).message ?? cause)
            .replace(/\s+/g, " ")
            .slice(0, 200);
          throw new GolemError("encoder-failed", `ONNX Runtime could not use ${device}: ${reason}`, {
            cause,
          });
        }
        throw new GolemError(
          "encoder-failed",
          "ONNX Runtime could not load the model; expected a valid ONNX file.",
          {
            hint: "Run `golem encoders verify`; if the files are valid, this build of ONNX Runtime may be too old.",
            cause,
          },
        );
      });
      return wrapSession(session, ort.Tensor);
    },
  };
}

let saturates: boolean | undefined;

/**
 * Whether products of uint8 and int8 may saturate: on x86-64 without the VNNI instructions. Read on Linux;
 * elsewhere assumed on x86-64, since it cannot be queried.
 */
function saturatesInt8(): boolean {
  saturates ??= process.arch === "x64" && !listFeatures().some((feature) => /^avx(512)?_vnni$/.test(feature));
  return saturates;
}

function listFeatures(): string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(/\s+/) ?? [];
  } catch {
    return [];
  }
}
