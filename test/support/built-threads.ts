/** Whether `dist` was built from the sources as they are now, so that tests may start threads and processes from it. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Compares times of change: the build writes its files after all of its sources. */
export function isBuiltFresh(): boolean {
  const built = statSync("dist/node/threads/golem-worker.js", { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
    .map((name) => join("src", name));
  return ["tsdown.config.ts", "package-lock.json", ...sources].every(
    (path) => statSync(path).mtimeMs < built,
  );
}
