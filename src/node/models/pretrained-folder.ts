/**
 * Reads a folder with a published model: config.json, preprocessor_config.json and the weights in a supported
 * layout.
 *
 * Hashing hundreds of megabytes at every start would take seconds, so a file's hash is cached with its size
 * and modification time, and computed again if either differs.
 * Not its concern: model families, graphs, the folder's origin.
 */

import { createHash } from "node:crypto";
import { access, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { GolemError } from "../../core/error.ts";
import { checkpointFiles, readShardIndex } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { computeFileHash, describeReadError } from "../disk/file-hash.ts";
import { openFileSource } from "../disk/file-source.ts";
import { readRegularFile } from "../disk/regular-file.ts";

/** Maximum size of config.json, in bytes; published ones have a few kilobytes. */
const maximumConfigBytes = 16 << 20;

/** A model's configuration and the names of its weight files. */
export interface PretrainedFolder {
  readonly folder: string;
  /** Parsed config.json. */
  readonly config: unknown;
  /** Parsed preprocessor_config.json; undefined if absent. */
  readonly preprocessor: unknown;
  /** Names of the weight files: one, or an index and its shards. */
  readonly weights: readonly string[];
}

/** Reads a model's folder; rejects with `weights-missing`, naming the missing files. */
export async function readPretrainedFolder(path: string): Promise<PretrainedFolder> {
  const folder = resolve(path);
  const config = await readModelJson(join(folder, "config.json"));
  if (config === undefined) {
    throw new GolemError(
      "weights-missing",
      `${folder} has no config.json; expected a model in Hugging Face's layout.`,
      {
        hint: `Name a folder with config.json, preprocessor_config.json and one of ${checkpointFiles.join(", ")}.`,
      },
    );
  }
  const preprocessor = await readModelJson(join(folder, "preprocessor_config.json"));
  for (const name of checkpointFiles) {
    if (!(await exists(join(folder, name)))) continue;
    if (!name.endsWith(".index.json")) return { folder, config, preprocessor, weights: [name] };
    const source = await openFileSource(join(folder, name));
    const shards = await readShardIndex(source).finally(() => source.close());
    return { folder, config, preprocessor, weights: [name, ...new Set(shards.values())].sort() };
  }
  throw new GolemError(
    "weights-missing",
    `${folder} has no weights; expected one of ${checkpointFiles.join(", ")}.`,
    {
      hint: "Checkpoints for TensorFlow, Flax or fairseq are not supported.",
    },
  );
}

/** Computes the SHA-256 of files that affect the encoder, by name. `memory`: folder of cached hashes. */
export async function hashPretrainedFolder(
  pretrained: PretrainedFolder,
  memory: string,
): Promise<Record<string, string>> {
  const names = ["config.json", ...pretrained.weights];
  if (pretrained.preprocessor !== undefined) names.push("preprocessor_config.json");
  return hashFolderFiles(pretrained.folder, names.sort(), memory);
}

/** Computes the SHA-256 of files of a folder, by name. */
export async function hashFolderFiles(
  folder: string,
  names: readonly string[],
  memory: string,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of names) hashes[name] = await recallHash(join(folder, name), memory);
  return hashes;
}

async function recallHash(path: string, memory: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path).catch((error: unknown) => {
    throw describeReadError(error, path);
  });
  const facts = { path, size, mtimeMs, ino };
  const record = join(memory, `${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`);
  const known = (await readModelJson(record).catch(() => undefined)) as
    | (typeof facts & { sha256?: unknown })
    | undefined;
  const same = known?.path === path && known.size === size && known.mtimeMs === mtimeMs && known.ino === ino;
  if (same && typeof known.sha256 === "string" && /^[0-9a-f]{64}$/.test(known.sha256)) return known.sha256;
  const sha256 = await computeFileHash(path);
  await writeFileAtomic(record, `${JSON.stringify({ ...facts, sha256 })}\n`);
  return sha256;
}

/** Reads a JSON file of a model; undefined if absent. Rejects with `weights-damaged` for anything else. */
export async function readModelJson(path: string): Promise<unknown> {
  let text: Uint8Array;
  try {
    text = await readRegularFile(path, maximumConfigBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw describeReadError(error, path);
  }
  return parseBoundedJson(text, (found, cause) => {
    return new GolemError("weights-damaged", `${path} is not a model's configuration: ${found}.`, {
      hint: "Download it again.",
      cause,
    });
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
