/** `golem export --format web`: export/export-web.ts with the built library and local weights. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import {
  createWebGolem,
  listWeightOwners,
  placeLibraryFile,
  placeWeightFile,
} from "../../export/export-web.ts";
import { getPackagePath } from "../disk/package-place.ts";
import { getWeightsFolder, pullWeights } from "../models/encoder-weights.ts";
import type { Exported, ExportInput } from "./export-format.ts";

/**
 * Builds the folder's files. Rejects with `unknown-encoder` for a golem whose encoder is not built in, and
 * the errors of `pullWeights`.
 */
export async function exportWeb({ golem, ...environment }: ExportInput): Promise<Exported> {
  const owners = listWeightOwners(golem.model);
  const { files: own, holds } = createWebGolem(golem);
  const files: Record<string, Uint8Array | string | { readonly copyOf: string }> = {};
  for (const [name, copyOf] of await listWebLibrary()) files[placeLibraryFile(name)!] = { copyOf };
  Object.assign(files, own);
  for (const owner of owners) {
    await pullWeights(owner, environment);
    for (const { name } of owner.weights?.files ?? []) {
      const copyOf = join(getWeightsFolder(owner, environment.cache), name);
      files[placeWeightFile(owner.info.id, name)] = { copyOf };
    }
  }
  return {
    files,
    holds,
    notes: [
      "Serve the folder with any static file server; to try it here: npx http-server FOLDER, or python3 -m http.server -d FOLDER",
    ],
  };
}

/** Lists the built files of the browser library that pages need, by name. */
export async function listWebLibrary(): Promise<ReadonlyMap<string, string>> {
  const folder = getPackagePath("dist", "web");
  if (await stat(join(folder, "embedding-worker.js")).catch(() => undefined)) {
    const names = (await readdir(folder)).filter((name) => placeLibraryFile(name) !== undefined);
    return new Map(names.sort().map((name) => [name, join(folder, name)]));
  }
  throw new GolemError("unexpected", "The browser library (dist/web) is not built.", {
    hint: "Run `npm run build` first.",
  });
}
