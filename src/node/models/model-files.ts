/**
 * The files of a model, from a folder on this machine or from the Hub: which there are, where they are, their hashes.
 *
 * Not its concern: what is in them.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { descriptorFile } from "../../encoder/encoder-descriptor.ts";
import { localRevision } from "../../encoder/resolved-encoder.ts";
import { computeFileHash, describeReadError } from "../disk/file-hash.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { fetchHubFile, fetchHubRevision } from "../hub/hub-file.ts";
import type { HubSettings } from "../hub/hub-settings.ts";

/** Options of everything that may have to ask the Hub. */
export interface HubEnvironment extends EnvironmentOptions {
  /** How the Hub is reached; default: from the environment. */
  readonly settings?: HubSettings | undefined;
}

/** A model's files. Names are paths inside the folder or repository, with forward slashes. */
export interface FileSet {
  /** OWNER/NAME, or the absolute path of the folder or file that was named. */
  readonly id: string;
  /** The commit, or "local". */
  readonly revision: string;
  /** Licence that the repository's card tells, if it does. */
  readonly licence: string | undefined;
  /** All files there are. */
  readonly names: readonly string[];
  /** The file that was named, when it was a file and not its folder. */
  readonly chosen?: string | undefined;
  /** Path of a file on this machine, fetched if need be. */
  locate(name: string): Promise<string>;
}

/** Opens a folder, or the folder of a file. `names` limits what is seen to them. */
export async function openFolder(path: string, names?: readonly string[]): Promise<FileSet> {
  const info = await stat(path).catch(() => undefined);
  if (!info) {
    throw new GolemError("unknown-encoder", `There is no encoder at ${path}: no such file or folder.`, {
      hint: "Check the spelling; relative paths start at the working folder. Models of the Hub are OWNER/NAME.",
    });
  }
  const isFile = info.isFile();
  const folder = isFile ? dirname(path) : path;
  const entries = names ?? (await readdir(folder));
  const chosen = isFile && basename(path) !== descriptorFile ? basename(path) : undefined;
  return {
    ...{ id: path, revision: localRevision, licence: undefined, names: entries, chosen },
    locate: async (name) => join(folder, name),
  };
}

/** Opens a model of the Hub at the commit that a revision means now. */
export async function openHubFiles(id: string, revision: string, options: HubEnvironment): Promise<FileSet> {
  const repo = { id, type: "model" } as const;
  const { commit, files, card } = await fetchHubRevision(repo, revision, options);
  const licence = (card as { license?: unknown } | null | undefined)?.license;
  return {
    ...{ id, revision: commit, names: files },
    licence: typeof licence === "string" ? licence.slice(0, 128) : undefined,
    locate: (path) => fetchHubFile({ ...repo, revision: commit, path }, options),
  };
}

/** Opens the files named of a commit; asks nobody when they are in the cache. */
export async function openPinnedFiles(
  id: string,
  commit: string,
  names: readonly string[],
  options: HubEnvironment,
): Promise<FileSet> {
  const repo = { id, type: "model" } as const;
  return {
    ...{ id, revision: commit, licence: undefined, names },
    locate: (path) => fetchHubFile({ ...repo, revision: commit, path }, options),
  };
}

/** Locates files and computes their hashes, by name. */
export async function hashFiles(
  files: FileSet,
  names: readonly string[],
  { signal }: EnvironmentOptions,
): Promise<{ paths: Record<string, string>; sha256: Record<string, string> }> {
  const paths: Record<string, string> = {};
  const sha256: Record<string, string> = {};
  for (const name of names) {
    paths[name] = await files.locate(name);
    sha256[name] = await computeFileHash(paths[name], signal ? { signal } : {});
  }
  return { paths, sha256 };
}

/** Reads a small text file, at most `maximumBytes`. */
export async function readSmallFile(path: string, maximumBytes: number): Promise<string> {
  const info = await stat(path).catch((error: unknown) => {
    throw describeReadError(error, path);
  });
  if (info.size > maximumBytes) {
    throw new GolemError(
      "invalid-option",
      `${path} has ${info.size} bytes; at most ${maximumBytes} were expected.`,
    );
  }
  return readFile(path, "utf8").catch((error: unknown) => {
    throw describeReadError(error, path);
  });
}
