/** Loads an encoder in Node, from its resolved files into onnxruntime-node. */
import type { Provider } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import { getEncoderDefinition, getEncoderForm } from "../../encoder/registry.ts";
import type { EncoderSource, ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { ensureWeights, getReadyFolder, openWeights } from "./encoder-weights.ts";
import type { PreparedCheckpoint } from "./load-pretrained.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

/** Options of loading networks and preparing their files. */
export type LoadOptions = WorkOptions & Pick<EnvironmentOptions, "cache" | "onWarning">;

/** Options of running networks. */
export interface RunOptions {
  /** Threads of the runtime, default 1. */
  readonly threads?: number | undefined;
  /**
   * Called on each run of a built-in encoder; returns whether the run may use a second core. The network is
   * then loaded twice.
   */
  readonly hasSpareCore?: (() => boolean) | undefined;
  /** The device that `chooseDevice` chose; default: the processor. */
  readonly device?: Provider | undefined;
}

/**
 * Loads an encoder, given as a name for `resolveEncoder` or resolved; missing files are downloaded. Encoders
 * that are not built in run in a separate process.
 */
export async function loadEncoder(
  encoder: string | ResolvedEncoder,
  options: LoadOptions & RunOptions = {},
): Promise<Encoder> {
  const resolved = typeof encoder === "string" ? await resolveEncoder(encoder, options) : encoder;
  if (resolved.source.kind === "built-in") return loadEncoderHere(resolved, options);
  await prepareEncoder(resolved, options);
  const { loadIsolatedEncoder } = await import("./isolated-model.ts");
  return loadIsolatedEncoder(resolved, { ...options, threads: options.threads ?? 1 });
}

/** Loads any encoder in this process. */
export async function loadEncoderHere(
  encoder: ResolvedEncoder,
  options: LoadOptions & RunOptions,
): Promise<Encoder> {
  const { info, source } = encoder;
  const { threads = 1, hasSpareCore, device } = options;
  switch (source.kind) {
    case "pretrained": {
      const { loadPreparedCheckpoint } = await import("./load-pretrained.ts");
      return loadPreparedCheckpoint(await prepareAsResolved(encoder, source, options), options);
    }
    case "built-in": {
      const definition = getEncoderForm(info);
      const readyFolder = getReadyFolder(definition, options.cache);
      const runtime = createNodeOnnxRuntime({ threads, hasSpareCore, readyFolder, device });
      return definition.create(runtime, openWeights(definition, options));
    }
    case "described": {
      const { loadDescribed } = await import("./described-model.ts");
      return loadDescribed(createNodeOnnxRuntime({ threads, device }), info, source.model, source.descriptor);
    }
  }
}

/** Downloads and builds everything that loading in workers needs. */
export async function prepareEncoder(encoder: ResolvedEncoder, options: LoadOptions): Promise<void> {
  const { info, source } = encoder;
  if (source.kind === "built-in") await ensureWeights(getEncoderDefinition(info.id), options);
  if (source.kind === "pretrained") await prepareAsResolved(encoder, source, options);
}

/** Builds a pretrained model's graph if necessary; its files must be the same as when it was resolved. */
export async function prepareAsResolved(
  encoder: ResolvedEncoder,
  { folder, padded }: Extract<EncoderSource, { kind: "pretrained" }>,
  { cache, onWarning }: LoadOptions,
): Promise<PreparedCheckpoint> {
  const { id, revision, sha256, precision, layers } = encoder.info;
  const { preparePretrained } = await import("./load-pretrained.ts");
  const pretrained = await preparePretrained(
    { id, revision, folder, padded },
    { cache, onWarning, precision: precision === "fp32" ? "fp32" : "int8", throughLayer: layers - 1 },
  );
  for (const [name, hash] of Object.entries(pretrained.info.sha256)) {
    if (sha256[name] === hash) continue;
    throw new GolemError("weights-damaged", `${name} in ${folder} changed: its sha256 is now ${hash}.`, {
      hint: "Start again; if the change was intended, train again.",
    });
  }
  const { recordPretrained } = await import("./pretrained-records.ts");
  await recordPretrained(encoder, pretrained.path);
  return pretrained;
}
