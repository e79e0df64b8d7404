/**
 * An encoder from a folder with a published checkpoint: its graph is built into the cache folder at first use.
 *
 * Must not know: model families, recordings.
 */
import { basename, join } from "node:path";
import { GolemError } from "../core/error.ts";
import type { Encoder, EncoderInfo } from "../encoder/encoder.ts";
import { createGiantEncoder, describeGiant, type Precision, planGiant } from "../giant/index.ts";
import { type CacheFolder, getCacheFolder } from "./cache-folder.ts";
import { hashGiantFolder, readGiantFolder } from "./giant-folder.ts";
import { ensureGiantGraph, getGiantGraphPath } from "./giant-graph.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";

/** Where a checkpoint is, and what to call it. */
export interface GiantSource {
  readonly folder: string;
  /** "owner/name" on a hub; the folder's name when not given. */
  readonly id?: string | undefined;
  /** The commit; when not given, the first digits of the weights' hash. */
  readonly revision?: string | undefined;
  /** Zeros after the samples, for families that are trained on them (see `PlanOptions`). */
  readonly padded?: boolean | undefined;
}

/** How to build it and where to keep it. */
export interface GiantOptions {
  /** int8 when not given. */
  readonly precision?: Precision | undefined;
  /** Cuts the network above this layer. */
  readonly throughLayer?: number | undefined;
  readonly cache?: CacheFolder | undefined;
}

/** A giant whose graph is in the cache folder, as plain data: any thread can load it, any number of times. */
export interface PreparedGiant {
  readonly info: EncoderInfo;
  /** The ONNX file. */
  readonly path: string;
  /** Parsed config.json and preprocessor_config.json, which say how the graph is to be fed. */
  readonly config: unknown;
  readonly preprocessor: unknown;
  readonly padded: boolean;
}

/**
 * Reads a checkpoint's folder and builds its graph unless that is in the cache folder.
 * Rejects with `weights-missing`, `weights-damaged`, `unknown-encoder` or `invalid-layer`.
 */
export async function prepareGiant(source: GiantSource, options: GiantOptions = {}): Promise<PreparedGiant> {
  const { precision = "int8", throughLayer, cache = getCacheFolder() } = options;
  const giant = await readGiantFolder(source.folder);
  const { padded = false } = source;
  const plan = planGiant(giant.config, giant.preprocessor, { padded });
  if (
    throughLayer !== undefined &&
    !(Number.isInteger(throughLayer) && throughLayer >= 0 && throughLayer < plan.layers)
  ) {
    throw new GolemError(
      "invalid-layer",
      `There is no layer ${throughLayer} in ${source.id ?? basename(giant.folder)}; it has 0 to ${plan.layers - 1}.`,
    );
  }
  const root = join(cache.encoders, "giants");
  const sha256 = await hashGiantFolder(giant, join(root, "sources"));
  const graphOptions = { precision, throughLayer };
  const path = getGiantGraphPath(root, plan, sha256, graphOptions);
  await ensureGiantGraph(path, plan, giant, graphOptions);
  const weights = giant.weights.find((name) => !name.endsWith(".json")) ?? "";
  const identity = {
    id: source.id ?? basename(giant.folder),
    revision: source.revision ?? (sha256[weights] ?? "").slice(0, 12),
    sha256,
  };
  const { config, preprocessor } = giant;
  return { info: describeGiant(plan, identity, graphOptions), path, config, preprocessor, padded };
}

/** Loads a prepared giant. `threads`: of the runtime, default 1. */
export function loadPreparedGiant(
  { info, path, config, preprocessor, padded }: PreparedGiant,
  options: { threads?: number | undefined } = {},
): Promise<Encoder> {
  const runtime = createNodeOnnxRuntime({ threads: options.threads ?? 1 });
  return createGiantEncoder(runtime, { path }, planGiant(config, preprocessor, { padded }), info);
}

/** Loads the encoder of a checkpoint's folder, building its graph first if need be. */
export async function loadGiant(
  source: GiantSource,
  options: GiantOptions & { threads?: number | undefined } = {},
): Promise<Encoder> {
  return loadPreparedGiant(await prepareGiant(source, options), options);
}
