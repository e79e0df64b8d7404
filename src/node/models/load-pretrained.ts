/**
 * Loads an encoder from a folder with a published checkpoint: its graph is built in the cache folder on first
 * use.
 *
 * Not its concern: model families, recordings.
 */
import { basename, join } from "node:path";
import type { Provider } from "../../core/device.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import type { Encoder, EncoderInfo } from "../../encoder/encoder.ts";
import { planPretrained } from "../../encoder/pretrained/families.ts";
import type { Precision } from "../../encoder/pretrained/linear.ts";
import { createPretrainedEncoder, describePretrained } from "../../encoder/pretrained/pretrained-encoder.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { hashPretrainedFolder, readPretrainedFolder } from "./pretrained-folder.ts";
import { ensurePretrainedGraph, getPretrainedGraphPath } from "./pretrained-graph.ts";

interface PretrainedSource {
  readonly folder: string;
  /** "owner/name" on a hub; default the folder's name. */
  readonly id?: string | undefined;
  /** The commit; default the first digits of the weights' hash. */
  readonly revision?: string | undefined;
  /** Zeros after the samples, for families trained with them (see `PlanOptions`). */
  readonly padded?: boolean | undefined;
}

interface PretrainedOptions {
  /** Default int8. */
  readonly precision?: Precision | undefined;
  /** Cuts the network above this layer. */
  readonly throughLayer?: number | undefined;
  readonly cache?: CacheFolder | undefined;
  /** Called when a damaged graph was built again. */
  readonly onWarning?: ((warning: ErrorRecord) => void) | undefined;
}

/** A pretrained model with its graph in the cache folder, as plain data that any thread can load. */
export interface PreparedCheckpoint {
  readonly info: EncoderInfo;
  readonly path: string;
  /** Parsed config.json and preprocessor_config.json, which describe the graph's input. */
  readonly config: unknown;
  readonly preprocessor: unknown;
  readonly padded: boolean;
}

/**
 * Reads a checkpoint's folder and builds its graph unless it is cached.
 * Rejects with `weights-missing`, `weights-damaged`, `unknown-encoder` or `invalid-layer`.
 */
export async function preparePretrained(
  source: PretrainedSource,
  options: PretrainedOptions = {},
): Promise<PreparedCheckpoint> {
  const { precision = "int8", throughLayer, cache = getCacheFolder() } = options;
  const pretrained = await readPretrainedFolder(source.folder);
  const { padded = false } = source;
  const plan = planPretrained(pretrained.config, pretrained.preprocessor, { padded });
  if (
    throughLayer !== undefined &&
    !(Number.isInteger(throughLayer) && throughLayer >= 0 && throughLayer < plan.layers)
  ) {
    throw new GolemError(
      "invalid-layer",
      `There is no layer ${throughLayer} in ${source.id ?? basename(pretrained.folder)}; it has 0 to ${plan.layers - 1}.`,
    );
  }
  const root = join(cache.encoders, "pretrained encoders");
  const sha256 = await hashPretrainedFolder(pretrained, join(root, "sources"));
  const graphOptions = { precision, throughLayer };
  const path = getPretrainedGraphPath(root, plan, sha256, graphOptions);
  const warning = await ensurePretrainedGraph(path, pretrained, (graph, checkpoint) =>
    plan.write(graph, checkpoint, graphOptions),
  );
  if (warning) options.onWarning?.(warning);
  const weights = pretrained.weights.find((name) => !name.endsWith(".json")) ?? "";
  const identity = {
    id: source.id ?? basename(pretrained.folder),
    revision: source.revision ?? (sha256[weights] ?? "").slice(0, 12),
    sha256,
  };
  const { config, preprocessor } = pretrained;
  return { info: describePretrained(plan, identity, graphOptions), path, config, preprocessor, padded };
}

/** Loads a prepared checkpoint. `threads`: of the runtime, default 1. */
export function loadPreparedCheckpoint(
  { info, path, config, preprocessor, padded }: PreparedCheckpoint,
  options: { threads?: number | undefined; device?: Provider | undefined } = {},
): Promise<Encoder> {
  const runtime = createNodeOnnxRuntime({ threads: options.threads ?? 1, device: options.device });
  return createPretrainedEncoder(runtime, { path }, planPretrained(config, preprocessor, { padded }), info);
}
