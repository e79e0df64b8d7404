/**
 * Published checkpoints (wav2vec2, HuBERT, Whisper ...) in a folder or on the Hub: downloads the required
 * files and describes their encoder, without building it.
 *
 * Not its concern: model families, building graphs.
 */
import { basename, dirname, join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { checkpointFiles, readShardIndex } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import { planPretrained } from "../../encoder/pretrained/families.ts";
import { describePretrained } from "../../encoder/pretrained/pretrained-encoder.ts";
import type { GraphOptions } from "../../encoder/pretrained/pretrained-family.ts";
import type { ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import { paddedMark } from "../../encoder/resolved-encoder.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { openFileSource } from "../disk/file-source.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { collectTranscriberFiles } from "./checkpoint-transcriber.ts";
import type { FileSet } from "./model-files.ts";
import { hashPretrainedFolder, readPretrainedFolder } from "./pretrained-folder.ts";

/** Resolves a checkpoint. `precision`: default int8. `layer`: build nothing above it. */
export async function resolvePretrained(
  files: FileSet,
  options: EnvironmentOptions & {
    readonly precision?: string | undefined;
    readonly layer?: number | undefined;
    readonly padded?: boolean | undefined;
    readonly words?: boolean | undefined;
  },
): Promise<ResolvedEncoder> {
  const folder = await collectFiles(files);
  if (options.words) await collectTranscriberFiles(files);
  const { padded = false } = options;
  const pretrained = await readPretrainedFolder(folder);
  const plan = planPretrained(pretrained.config, pretrained.preprocessor, { padded });
  const { layer, precision = "int8", cache = getCacheFolder() } = options;
  if (layer !== undefined && layer >= plan.layers) {
    throw new GolemError(
      "invalid-layer",
      `There is no layer ${layer} in ${files.id}; it has 0 to ${plan.layers - 1}.`,
    );
  }
  if (precision !== "int8" && precision !== "fp32") {
    throw new GolemError("invalid-option", `${files.id} is available in int8 and fp32, not in ${precision}.`);
  }
  const sha256 = await hashPretrainedFolder(
    pretrained,
    join(cache.encoders, "pretrained encoders", "sources"),
  );
  const graph: GraphOptions = { precision, throughLayer: layer };
  const type = String((pretrained.config as { model_type?: unknown }).model_type);
  return {
    info: describePretrained(
      plan,
      { id: padded ? `${files.id}${paddedMark}` : files.id, revision: files.revision, sha256 },
      graph,
    ),
    description: `${type} checkpoint, ${plan.layers} layers of ${plan.dimensions} numbers`,
    licence: files.licence ?? "unknown",
    source: { kind: "pretrained", folder, padded },
  };
}

/** Downloads the required files; returns their folder. */
export async function collectFiles(files: FileSet): Promise<string> {
  const config = await files.locate("config.json");
  if (files.names.includes("preprocessor_config.json")) await files.locate("preprocessor_config.json");
  const weights = checkpointFiles.find((name) => files.names.includes(name));
  if (weights === undefined) {
    throw new GolemError(
      "weights-missing",
      `${files.id} has no weights; expected one of ${checkpointFiles.join(", ")}.`,
      { hint: "Checkpoints for TensorFlow, Flax or fairseq are not supported." },
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
