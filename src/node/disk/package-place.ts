/**
 * Finds files of this package relative to its code, both from the built modules, wherever the bundler put
 * them, and from the sources.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Whether the sources run, through tsx. */
export const isSource = import.meta.url.endsWith(".ts");

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

let root: string | undefined;

/** The path of a file or folder of the package. */
export function getPackagePath(...names: readonly string[]): string {
  root ??= findRoot();
  return join(root, ...names);
}

/** The address of a module that is started by itself, given its path under src without extension. */
export function getModuleUrl(path: string): URL {
  return pathToFileURL(isSource ? getPackagePath("src", `${path}.ts`) : getPackagePath("dist", `${path}.js`));
}
