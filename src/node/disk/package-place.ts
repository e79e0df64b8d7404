/** Finds files of this package relative to its code, from built modules and from the sources. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Whether the sources are run, through tsx. */
export const isSource = import.meta.url.endsWith(".ts");

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

let root: string | undefined;

/** Gets the path of a file or folder of the package. */
export function getPackagePath(...names: readonly string[]): string {
  root ??= findRoot();
  return join(root, ...names);
}

/**
 * Gets the address of a module that is an entry point, such as a worker; `path`: its path under src without
 * extension. Tests of the sources with an up-to-date `dist` set GOLEM_BUILT_THREADS, since a built module
 * starts with an eighth of the processor time.
 */
export function getModuleUrl(path: string): URL {
  const isRunAsSource = isSource && !process.env.GOLEM_BUILT_THREADS;
  return pathToFileURL(
    isRunAsSource ? getPackagePath("src", `${path}.ts`) : getPackagePath("dist", `${path}.js`),
  );
}

/** Whether a module is a source, which is started through tsx. */
export function isSourceUrl(url: URL): boolean {
  return url.pathname.endsWith(".ts");
}
