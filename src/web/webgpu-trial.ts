/**
 * Tests whether networks run faster on a graphics processor: each encoder embeds two seconds of sound on
 * WebAssembly and on WebGPU, and is moved only if both agree and WebGPU is faster.
 */
import { throwIfAborted, toErrorRecord } from "../core/error.ts";
import { compareLayers, createProbe, deviceTolerance } from "../encoder/device-probe.ts";
import type { Encoder } from "../encoder/encoder.ts";
import { createWeightReader, getEncoderForm } from "../encoder/registry.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import { loadWebGpuRuntime } from "./onnx-runtime-webgpu.ts";
import { loadWebWeights, type WebWeightOptions } from "./web-weights.ts";

/** Timed runs per device, after one that is not counted. */
const rounds = 3;

/** The address of the WebGPU build of ONNX Runtime, and the devices to try. */
export interface WebGpuOptions {
  /** Folder of the files of onnxruntime-web's `dist`, relative to the page. */
  readonly runtimeUrl: string | URL;
  /** Whether to try software graphics processors too; default false, since they are slower. */
  readonly software?: boolean | undefined;
}

/** The result of trying one encoder. */
export interface WebGpuTrial {
  readonly encoder: string;
  /** Whether it runs on WebGPU from now on. */
  readonly isUsed: boolean;
  /** Why, in words. */
  readonly reason: string;
  /** Largest difference of an element, relative to the root mean square of its layer; only if it ran. */
  readonly difference?: number;
  /** Median seconds for two seconds of sound; only if it ran. */
  readonly seconds?: { readonly wasm: number; readonly webgpu: number };
}

interface TrialOptions extends WebWeightOptions {
  readonly runtimeUrl: string;
  readonly software: boolean;
  /** Runs a piece of work while the encoders are not in use. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Tries encoders one after the other; they can be used meanwhile. Those that move are replaced in `encoders`;
 * nothing is freed. If anything fails, the encoder is not moved; rejects only with `aborted`.
 */
export async function tryWebGpu(
  encoders: readonly Encoder[],
  options: TrialOptions,
): Promise<{ readonly encoders: readonly Encoder[]; readonly trials: readonly WebGpuTrial[] }> {
  let runtime: OnnxRuntime;
  try {
    const lacking = await describeAdapter(options.software);
    if (lacking) return stay(encoders, lacking);
    runtime = await loadWebGpuRuntime(options.runtimeUrl);
  } catch (error) {
    return stay(encoders, describeError(error));
  }
  const probe = createProbe(encoders[0]?.info.sampleRate ?? 16_000);
  const tried: { encoder: Encoder; trial: WebGpuTrial }[] = [];
  for (const encoder of encoders) {
    throwIfAborted(options.signal);
    const trial = await tryEncoder(encoder, runtime, probe, options).catch((error: unknown) => {
      throwIfAborted(options.signal);
      const reason = describeError(error);
      return { encoder, trial: { encoder: encoder.info.id, isUsed: false, reason } };
    });
    tried.push(trial);
  }
  return { encoders: tried.map(({ encoder }) => encoder), trials: tried.map(({ trial }) => trial) };
}

function stay(encoders: readonly Encoder[], reason: string) {
  return { encoders, trials: encoders.map(({ info }) => ({ encoder: info.id, isUsed: false, reason })) };
}

function describeError(error: unknown): string {
  const { message, hint } = toErrorRecord(error, "unexpected");
  return hint ? `${message} ${hint}` : message;
}

/** Returns why there is no device to try; undefined if there is one. */
async function describeAdapter(software: boolean): Promise<string | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return "The browser has no graphics processor.";
  const { isFallbackAdapter, architecture } = adapter.info;
  const isSoftware = isFallbackAdapter || /swiftshader|llvmpipe/i.test(architecture);
  return isSoftware && !software
    ? "The graphics processor is emulated in software, which is slower."
    : undefined;
}

async function tryEncoder(
  wasm: Encoder,
  runtime: OnnxRuntime,
  probe: Float32Array,
  options: TrialOptions,
): Promise<{ readonly encoder: Encoder; readonly trial: WebGpuTrial }> {
  const { id } = wasm.info;
  const definition = getEncoderForm(wasm.info);
  if (!definition.weights) {
    return { encoder: wasm, trial: { encoder: id, isUsed: false, reason: "It is not a network." } };
  }
  const [files] = await loadWebWeights([definition], options);
  const webgpu = await definition.create(runtime, createWeightReader(files!));
  try {
    const here = await measure(wasm, probe, options);
    const there = await measure(webgpu, probe, options);
    const difference = compareLayers(here.vector, there.vector, wasm.info.layers);
    const isEqual = difference <= deviceTolerance;
    const isUsed = isEqual && there.seconds < here.seconds;
    if (!isUsed) await webgpu.dispose();
    const reason = !isEqual
      ? `WebGPU gives other embeddings: an element differs by ${difference.toPrecision(2)} of its layer's root mean square; expected at most ${deviceTolerance}.`
      : `WebGPU gives the same embeddings, and is ${isUsed ? "faster" : "not faster"}.`;
    const seconds = { wasm: here.seconds, webgpu: there.seconds };
    return { encoder: isUsed ? webgpu : wasm, trial: { encoder: id, isUsed, reason, difference, seconds } };
  } catch (error) {
    await webgpu.dispose();
    throw error;
  }
}

async function measure(
  encoder: Encoder,
  probe: Float32Array,
  { inTurn, signal }: TrialOptions,
): Promise<{ readonly vector: Float32Array; readonly seconds: number }> {
  let vector = new Float32Array();
  const seconds: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    throwIfAborted(signal);
    await inTurn(async () => {
      const start = performance.now();
      vector = Float32Array.from((await encoder.encode(probe, { keepFrames: true })).vector);
      if (round > 0) seconds.push((performance.now() - start) / 1000);
    });
  }
  return { vector, seconds: seconds.sort((a, b) => a - b)[rounds >> 1]! };
}
