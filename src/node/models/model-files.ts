/** The files of a model, from a local folder or the Hub: names, paths and hashes. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { descriptorFile } from "../../encoder/described/encoder-descriptor.ts";
import { localRevision } from "../../encoder/resolved-encoder.ts";
import { computeFileHash, describeReadError } from "../disk/file-hash.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { fetchHubFile, fetchHubRevision } from "../hub/hub-file.ts";
import type { HubSettings } from "../hub/hub-settings.ts";

/** Options of functions that may access the Hub. */
export interface HubEnvironment extends EnvironmentOptions {
  /** Settings of the Hub client; default: from the environment. */
  readonly settings?: HubSettings | undefined;
}

/** A model's files. Names are paths inside the folder or repository, with forward slashes. */
export interface FileSet {
  /** OWNER/NAME, or the absolute path of the named folder or file. */
  readonly id: string;
  /** The commit, or "local". */
  readonly revision: string;
  /** Licence stated in the repository's card, if any. */
  readonly licence: string | undefined;
  readonly names: readonly string[];
  /** The file that was named, if it was a file and not a folder. */
  readonly chosen?: string | undefined;
  /** Local path of a file, downloaded if necessary. */
  locate(name: string): Promise<string>;
}

/** Opens a folder, or the folder of a file. `names` limits the visible files. */
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

/** Opens a Hub model at the commit that a revision resolves to. */
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

/** Opens files of a commit; makes no request if they are cached. */
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
  const tooLarge = (size: number) =>
    new GolemError("invalid-option", `${path} has ${size} bytes; expected at most ${maximumBytes}.`);
  const bytes = await readRegularFile(path, maximumBytes, tooLarge).catch((error: unknown) => {
    throw describeReadError(error, path);
  });
  return bytes.toString("utf8");
}
