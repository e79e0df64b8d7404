/**
 * Published checkpoints (wav2vec2, HuBERT, Whisper ...) in a folder or on the Hub: fetches the files that are needed and
 * says what encoder they make, without building it.
 *
 * Must not know: model families, how graphs are built.
 */
import { basename, dirname, join } from "node:path";
import { checkpointFiles, readShardIndex } from "../checkpoint/index.ts";
import { GolemError } from "../core/error.ts";
import { describeGiant, type GraphOptions, planGiant } from "../giant/index.ts";
import { getCacheFolder } from "./cache-folder.ts";
import type { ResolvedEncoder } from "./encoder-source.ts";
import { paddedMark } from "./encoder-source.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { openFileSource } from "./file-source.ts";
import { hashGiantFolder, readGiantFolder } from "./giant-folder.ts";
import type { FileSet } from "./model-files.ts";

/** Resolves a checkpoint. `precision`: int8 when not given. `layer`: build nothing above it. */
export async function resolveGiant(
  files: FileSet,
  options: EnvironmentOptions & {
    readonly precision?: string | undefined;
    readonly layer?: number | undefined;
    readonly padded?: boolean | undefined;
  },
): Promise<ResolvedEncoder> {
  const folder = await collectFiles(files);
  const { padded = false } = options;
  const giant = await readGiantFolder(folder);
  const plan = planGiant(giant.config, giant.preprocessor, { padded });
  const { layer, precision = "int8", cache = getCacheFolder() } = options;
  if (layer !== undefined && layer >= plan.layers) {
    throw new GolemError(
      "invalid-layer",
      `There is no layer ${layer} in ${files.id}; it has 0 to ${plan.layers - 1}.`,
    );
  }
  if (precision !== "int8" && precision !== "fp32") {
    throw new GolemError("invalid-option", `${files.id} comes in int8 and fp32; got ${precision}.`);
  }
  const sha256 = await hashGiantFolder(giant, join(cache.encoders, "giants", "sources"));
  const graph: GraphOptions = { precision, throughLayer: layer };
  const type = String((giant.config as { model_type?: unknown }).model_type);
  return {
    info: describeGiant(
      plan,
      { id: padded ? `${files.id}${paddedMark}` : files.id, revision: files.revision, sha256 },
      graph,
    ),
    description: `${type} checkpoint, ${plan.layers} layers of ${plan.dimensions} numbers`,
    licence: files.licence ?? "unknown",
    source: { kind: "giant", folder, padded },
  };
}

/** Fetches what is needed of the files; returns the folder they are in. */
async function collectFiles(files: FileSet): Promise<string> {
  const config = await files.locate("config.json");
  if (files.names.includes("preprocessor_config.json")) await files.locate("preprocessor_config.json");
  const weights = checkpointFiles.find((name) => files.names.includes(name));
  if (weights === undefined) {
    throw new GolemError(
      "weights-missing",
      `${files.id} has no weights; expected one of ${checkpointFiles.join(", ")}.`,
      { hint: "Checkpoints for TensorFlow, Flax or fairseq are not read." },
    );
  }
  const path = await files.locate(weights);
  if (weights.endsWith(".index.json")) {
    const source = await openFileSource(path);
    const shards = await readShardIndex({ ...source, name: basename(weights) }).finally(() => source.close());
    for (const shard of new Set(shards.values())) await files.locate(shard);
  }
  return dirname(config);
}
