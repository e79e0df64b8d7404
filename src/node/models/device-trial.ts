/**
 * Which device encoders run on: an accelerator is used only if every encoder gives the same embedding of a fixed signal
 * there as on the processor. Transcribers stay on the processor, whose integers choose the next word.
 *
 * Not its concern: recordings, golems.
 */
import { existsSync, readdirSync } from "node:fs";
import type { Device, Provider } from "../../core/device.ts";
import { throwIfAborted, toErrorRecord } from "../../core/error.ts";
import { compareLayers, createProbe, deviceTolerance } from "../../encoder/device-probe.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { type LoadOptions, loadEncoder } from "./load-encoder.ts";

/** Timed runs of each; one before them is not counted. */
const rounds = 3;

/** Choices made in this process, so that each is tried, and said, once. */
const chosen = new Map<string, Promise<Provider>>();

/**
 * Chooses the device for encoders whose files are in the cache. Whatever goes wrong on a device that was named is one
 * warning, and the processor is used; `auto` says nothing. Rejects with `aborted`, and with the errors of loading the
 * encoders on the processor.
 */
export async function chooseDevice(
  requested: Device | undefined,
  { encoders }: ResolvedEncoderSet,
  options: LoadOptions,
): Promise<Provider> {
  if (requested === undefined || requested === "cpu") return "cpu";
  const key = JSON.stringify([requested, encoders.map(({ info, source }) => [info, source])]);
  const known = chosen.get(key);
  if (known) return known;
  const choice = choose(requested, encoders, options);
  chosen.set(key, choice);
  choice.catch(() => chosen.delete(key));
  return choice;
}

async function choose(
  requested: Exclude<Device, "cpu">,
  encoders: readonly ResolvedEncoder[],
  options: LoadOptions,
): Promise<Provider> {
  const isAuto = requested === "auto";
  for (const device of isAuto ? await listAccelerators() : [requested]) {
    const fault = await findFault(device, encoders, options, isAuto).catch((error: unknown) => {
      throwIfAborted(options.signal);
      return toErrorRecord(error, "encoder-failed").message;
    });
    if (fault === undefined) return device;
    if (isAuto) continue;
    options.onWarning?.({
      code: "encoder-failed",
      message: `The device ${device} is not used, but the processor: ${fault}`,
      hint: "Leave out --device, or see docs/deploy.md for what each device needs.",
    });
  }
  return "cpu";
}

/** Why a device cannot be used for the encoders; undefined if it can. */
async function findFault(
  device: Provider,
  encoders: readonly ResolvedEncoder[],
  options: LoadOptions,
  mustBeFaster: boolean,
): Promise<string | undefined> {
  for (const encoder of encoders) {
    const there = await measure(await loadEncoder(encoder, { ...options, device }), options.signal);
    const here = await measure(await loadEncoder(encoder, options), options.signal);
    const { id, layers } = encoder.info;
    const difference = compareLayers(here.vector, there.vector, layers);
    if (!(difference <= deviceTolerance)) {
      return `the embeddings of ${id} differ there by ${difference.toPrecision(2)} of their layer's root mean square; at most ${deviceTolerance} was expected.`;
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

/** Accelerators that this build of ONNX Runtime has and this machine may have; trying others prints to the terminal. */
async function listAccelerators(): Promise<Provider[]> {
  const { listSupportedBackends } = await import("onnxruntime-node");
  const supported = new Set(listSupportedBackends().map(({ name }) => name));
  const isLinux = process.platform === "linux";
  const hasNvidia = existsSync("/dev/nvidia0");
  const hasGraphics =
    existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("render"));
  const may: Readonly<Record<Exclude<Provider, "cpu">, boolean>> = {
    cuda: isLinux && hasNvidia,
    coreml: process.platform === "darwin",
    dml: process.platform === "win32",
    webgpu: !isLinux || hasGraphics || hasNvidia,
  };
  return (["cuda", "coreml", "dml", "webgpu"] as const).filter((name) => may[name] && supported.has(name));
}
