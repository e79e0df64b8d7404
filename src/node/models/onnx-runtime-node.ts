/**
 * ONNX Runtime in Node: the native CPU build of onnxruntime-node, loaded on first use.
 *
 * Its `run` blocks the calling thread, so work that must overlap runs on worker threads. Not its concern:
 * where optimised graphs are kept (ready-graphs.ts).
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { InferenceSession } from "onnxruntime-node";
import type { Provider } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import type { DerivedModel, OnnxModel, OnnxRuntime } from "../../onnx/runtime.ts";
import { wrapSession } from "../../onnx/session.ts";
import { describeMachine, openReadyGraphs, writingOptions } from "./ready-graphs.ts";

type SessionOptions = InferenceSession.SessionOptions;

/** Threads of a session that uses a second core. */
const sparedThreads = 2;

interface NodeOnnxOptions {
  /** Threads of each session. */
  readonly threads: number;
  /**
   * If given, every network is loaded twice, with one thread and with two, and this function selects one on
   * each run; results are equal to the bit.
   */
  readonly hasSpareCore?: (() => boolean) | undefined;
  /** Default: the processor. Loading rejects if the machine has no such device. */
  readonly device?: Provider | undefined;
  /** Cache folder of optimised graphs of derived models; without it, they are optimised at every load. */
  readonly readyFolder?: string | undefined;
}

/** Creates a runtime. */
export function createNodeOnnxRuntime({
  threads,
  hasSpareCore,
  readyFolder,
  device = "cpu",
}: NodeOnnxOptions): OnnxRuntime {
  // Optimised graphs are kept only for the processor.
  if (device !== "cpu") return createPlainRuntime(threads, undefined, device);
  if (!hasSpareCore) return createPlainRuntime(threads, readyFolder);
  const alone = createPlainRuntime(sparedThreads, readyFolder);
  const beside = createPlainRuntime(1, readyFolder);
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

function createPlainRuntime(
  threads: number,
  readyFolder: string | undefined,
  device: Provider = "cpu",
): OnnxRuntime {
  return {
    isPortableOnly: device !== "cpu",
    async createSession(model) {
      const ort = await import("onnxruntime-node");
      const settings: SessionOptions = {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        // Memory patterns for every input length take 90 MB for recordings of 30 s, without a measurable
        // gain.
        enableMemPattern: false,
        // An arena keeps the memory of its largest run. Without arenas 30 s take 100 MB less, at the same
        // speed.
        enableCpuMemArena: false,
        logSeverityLevel: 3,
        ...(device === "cpu" ? {} : { executionProviders: [device] }),
      };
      const extra = {
        // Makes int8 products exact, at half the speed, on processors where they would saturate.
        x64quantprecision: saturatesInt8() ? "1" : "0",
        // Idle threads that spin for more work took two fifths of the processor time of a first prediction.
        intra_op: { allow_spinning: "0" },
      };
      const create = (source: Uint8Array | string, more: SessionOptions = {}, session: object = {}) => {
        const options = { ...settings, ...more, extra: { session: { ...extra, ...session } } };
        return typeof source === "string"
          ? ort.InferenceSession.create(source, options)
          : ort.InferenceSession.create(source, options);
      };
      const version = ort.env.versions.node ?? "";
      const session = await openModel(model, create, readyFolder, version).catch((error: unknown) => {
        throw device === "cpu" ? error : describeDeviceError(device, error);
      });
      return wrapSession(session, ort.Tensor);
    },
  };
}

type CreateSession = (
  source: Uint8Array | string,
  more?: SessionOptions,
  session?: object,
) => Promise<InferenceSession>;

async function openModel(
  model: OnnxModel,
  create: CreateSession,
  readyFolder: string | undefined,
  version: string,
): Promise<InferenceSession> {
  try {
    if (model instanceof Uint8Array) return await create(model);
    if ("path" in model) return await create(model.path);
  } catch (cause) {
    throw describeLoadError(cause);
  }
  return openDerived(model, create, readyFolder, version);
}

/** Loads a model's cached optimised graph; if there is none, builds the model and caches it. */
async function openDerived(
  model: DerivedModel,
  create: CreateSession,
  readyFolder: string | undefined,
  version: string,
): Promise<InferenceSession> {
  const graphs = readyFolder === undefined ? undefined : openReadyGraphs(readyFolder, getMachine(version));
  const path = await graphs?.find(model);
  if (path) {
    const ready = await create(path, { graphOptimizationLevel: "disabled" }).catch(() => undefined);
    if (ready) return ready;
    await graphs?.discard(model);
  }
  const bytes = await model.build();
  const isAsDescribed = createHash("sha256").update(bytes).digest("hex") === model.sha256;
  const kept =
    isAsDescribed &&
    (await graphs?.keep(model, (to) => {
      const { session, ...options } = writingOptions(to);
      return create(bytes, options, session);
    }));
  return kept || create(bytes).catch((cause: unknown) => Promise.reject(describeLoadError(cause)));
}

function describeDeviceError(device: Provider, error: unknown): GolemError {
  const cause = error instanceof GolemError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const found = reason.replace(/\s+/g, " ").slice(0, 200);
  return new GolemError("encoder-failed", `ONNX Runtime could not use ${device}: ${found}`, { cause });
}

function describeLoadError(cause: unknown): GolemError {
  return new GolemError(
    "encoder-failed",
    "ONNX Runtime could not load the model; expected a valid ONNX file.",
    {
      hint: "Run `golem encoders verify`; if the files are valid, this build of ONNX Runtime may be too old.",
      cause,
    },
  );
}

let features: readonly string[] | undefined;
let machine: string | undefined;

function getMachine(version: string): string {
  features ??= listFeatures();
  machine ??= describeMachine(version, features);
  return machine;
}

/**
 * Whether products of uint8 and int8 may saturate: on x86-64 without the VNNI instructions. On systems other
 * than Linux with x86-64 it is assumed, since it cannot be queried.
 */
function saturatesInt8(): boolean {
  features ??= listFeatures();
  return process.arch === "x64" && !features.some((feature) => /^avx(512)?_vnni$/.test(feature));
}

/** Lists the instruction sets of the processor, on Linux. */
function listFeatures(): string[] {
  try {
    return (
      /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(/\s+/) ?? []
    );
  } catch {
    return [];
  }
}
