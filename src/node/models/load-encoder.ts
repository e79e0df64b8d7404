/**
 * An encoder ready to run in Node: its files from where they were found, its network in onnxruntime-node.
 *
 * Not its concern: recordings, heads.
 */
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import { getEncoderDefinition } from "../../encoder/registry.ts";
import type { EncoderSource, ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { loadWeights, pullWeights } from "./encoder-weights.ts";
import type { PreparedCheckpoint } from "./load-pretrained.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

/** Options of everything that loads networks or puts their files in place. */
export type LoadOptions = WorkOptions & { readonly cache?: CacheFolder | undefined };

/** How networks run. */
export interface RunOptions {
  /** Of the runtime, default 1. */
  readonly threads?: number | undefined;
  /** Asked at each run of a built-in encoder: whether it may use a second core. It is then loaded twice. */
  readonly hasSpareCore?: (() => boolean) | undefined;
}

/**
 * Loads an encoder: by what `resolveEncoder` takes, or as it was resolved; what is missing is fetched.
 */
export async function loadEncoder(
  encoder: string | ResolvedEncoder,
  options: LoadOptions & RunOptions = {},
): Promise<Encoder> {
  const resolved = typeof encoder === "string" ? await resolveEncoder(encoder, options) : encoder;
  const { info, source } = resolved;
  const { threads = 1, hasSpareCore } = options;
  switch (source.kind) {
    case "pretrained": {
      const { loadPreparedCheckpoint } = await import("./load-pretrained.ts");
      return loadPreparedCheckpoint(await prepareAsResolved(resolved, source, options), options);
    }
    case "built-in": {
      const definition = getEncoderDefinition(info.id);
      const runtime = createNodeOnnxRuntime({ threads, hasSpareCore });
      return definition.create(runtime, await loadWeights(definition, options));
    }
    case "described": {
      const { loadDescribed } = await import("./described-model.ts");
      return loadDescribed(createNodeOnnxRuntime({ threads }), info, source.model, source.descriptor);
    }
  }
}

/** Puts everything in place that loading needs, so that workers can load without fetching or building anything. */
export async function prepareEncoder(encoder: ResolvedEncoder, options: LoadOptions): Promise<void> {
  const { info, source } = encoder;
  if (source.kind === "built-in") await pullWeights(getEncoderDefinition(info.id), options);
  if (source.kind === "pretrained") await prepareAsResolved(encoder, source, options);
}

/** Builds a pretrained model's graph if need be; its files must be those that were resolved. */
export async function prepareAsResolved(
  encoder: ResolvedEncoder,
  { folder, padded }: Extract<EncoderSource, { kind: "pretrained" }>,
  { cache }: LoadOptions,
): Promise<PreparedCheckpoint> {
  const { id, revision, sha256, precision, layers } = encoder.info;
  const { preparePretrained } = await import("./load-pretrained.ts");
  const pretrained = await preparePretrained(
    { id, revision, folder, padded },
    { cache, precision: precision === "fp32" ? "fp32" : "int8", throughLayer: layers - 1 },
  );
  for (const [name, hash] of Object.entries(pretrained.info.sha256)) {
    if (sha256[name] === hash) continue;
    throw new GolemError("weights-damaged", `${name} in ${folder} changed: it has sha256 ${hash} now.`, {
      hint: "Start again; if the change was intended, train again.",
    });
  }
  const { recordPretrained } = await import("./pretrained-records.ts");
  await recordPretrained(encoder, pretrained.path);
  return pretrained;
}
