/**
 * Chooses the device on which encoders run. An accelerator is used only if every encoder gives the same
 * embedding of a fixed signal there as on the processor. Transcribers always run on the processor, since
 * their integer arithmetic determines which word is chosen.
 *
 * Not its concern: recordings, golems.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Device, Provider } from "../../core/device.ts";
import { type ErrorRecord, throwIfAborted, toErrorRecord } from "../../core/error.ts";
import { compareLayers, createProbe, deviceTolerance } from "../../encoder/device-probe.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { type LoadOptions, loadEncoder } from "./load-encoder.ts";

/** Timed runs per device, after one that is not counted. */
const rounds = 3;

/** The chosen device, and the reason if it is not the requested one. */
interface Choice {
  readonly device: Provider;
  readonly fault?: ErrorRecord;
}

/** Choices made in this process, so that each trial runs once. */
const choices = new Map<string, Promise<Choice>>();
/** Faults already reported to each listener, since each is reported only once per process. */
const reportedFaults = new WeakMap<object, Set<string>>();

/**
 * Chooses the device for encoders whose files are in the cache. If a device that was named fails, there is
 * one warning and the processor is used; with `auto` there is no warning. Rejects with `aborted`, and with
 * the errors of loading the encoders on the processor.
 */
export async function chooseDevice(
  requested: Device | undefined,
  { encoders }: ResolvedEncoderSet,
  options: LoadOptions,
): Promise<Provider> {
  if (requested === undefined || requested === "cpu") return "cpu";
  const key = JSON.stringify([requested, encoders.map(({ info, source }) => [info, source])]);
  const choice = choices.get(key) ?? choose(requested, encoders, options);
  choices.set(key, choice);
  choice.catch(() => choices.delete(key));
  const { device, fault } = await choice;
  const { onWarning } = options;
  if (fault && onWarning) {
    const reported = reportedFaults.get(onWarning) ?? new Set();
    if (!reported.has(key)) onWarning(fault);
    reportedFaults.set(onWarning, reported.add(key));
  }
  return device;
}

async function choose(
  requested: Exclude<Device, "cpu">,
  encoders: readonly ResolvedEncoder[],
  options: LoadOptions,
): Promise<Choice> {
  const isAuto = requested === "auto";
  for (const device of isAuto ? accelerators : [requested]) {
    const fault = await findFault(device, encoders, options, isAuto).catch((error: unknown) => {
      throwIfAborted(options.signal);
      return toErrorRecord(error, "encoder-failed").message;
    });
    if (fault === undefined) return { device };
    if (isAuto) continue;
    const record = {
      code: "encoder-failed",
      message: `The processor is used instead of the device ${device}: ${fault}`,
      hint: "Leave out --device, or see docs/deploy.md for what each device needs.",
    };
    return { device: "cpu", fault: record };
  }
  return { device: "cpu" };
}

/** Returns the reason why a device cannot be used for the encoders; undefined if it can. */
async function findFault(
  device: Provider,
  encoders: readonly ResolvedEncoder[],
  options: LoadOptions,
  mustBeFaster: boolean,
): Promise<string | undefined> {
  const lack = await findLack(device);
  if (lack !== undefined) return lack;
  for (const encoder of encoders) {
    const there = await measure(await loadEncoder(encoder, { ...options, device }), options.signal);
    const here = await measure(await loadEncoder(encoder, options), options.signal);
    const { id, layers } = encoder.info;
    const difference = compareLayers(here.vector, there.vector, layers);
    if (!(difference <= deviceTolerance)) {
      return `the embeddings of ${id} differ there by ${difference.toPrecision(2)} of their layer's root mean square; expected at most ${deviceTolerance}.`;
    }
    if (mustBeFaster && there.seconds >= here.seconds) return `${id} is not faster there.`;
  }
  return undefined;
}

/** Embeds the probe and frees the encoder. */
async function measure(encoder: Encoder, signal: AbortSignal | undefined) {
  try {
    const probe = createProbe(encoder.info.sampleRate);
    let vector = new Float32Array();
    const seconds: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      throwIfAborted(signal);
      const start = performance.now();
      vector = Float32Array.from((await encoder.encode(probe)).vector);
      if (round > 0) seconds.push((performance.now() - start) / 1000);
    }
    return { vector, seconds: seconds.sort((a, b) => a - b)[rounds >> 1]! };
  } finally {
    await encoder.dispose();
  }
}

/** Accelerators in the order in which `auto` tries them. */
const accelerators = ["cuda", "coreml", "dml", "webgpu"] as const;

/**
 * Returns what is missing for a device, as far as this can be determined without loading it: the native
 * library would print missing files to the terminal.
 */
async function findLack(device: Provider): Promise<string | undefined> {
  const { listSupportedBackends } = await import("onnxruntime-node");
  const supported = listSupportedBackends().map(({ name }) => name);
  if (!supported.includes(device)) {
    return `ONNX Runtime supports ${supported.join(", ")} on ${process.platform}-${process.arch}, not ${device}.`;
  }
  if (device === "cuda") {
    const [prefix, suffix] = process.platform === "win32" ? ["", "dll"] : ["lib", "so"];
    const library = `${prefix}onnxruntime_providers_cuda.${suffix}`;
    const folder = join(
      dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")),
      "bin",
    );
    const names = readdirSync(folder, { recursive: true }).map(String);
    if (!names.some((name) => basename(name) === library))
      return `${library} of onnxruntime-node is not installed.`;
  }
  if (device === "webgpu" && process.platform === "linux") {
    const nodes = existsSync("/dev/dri") ? readdirSync("/dev/dri") : [];
    const hasGraphics = existsSync("/dev/nvidia0") || nodes.some((name) => name.startsWith("render"));
    if (!hasGraphics) return "the machine has no graphics processor (/dev/dri/render*, /dev/nvidia0).";
  }
  return undefined;
}
