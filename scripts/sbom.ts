/**
 * Prints the packages that users get, as a CycloneDX document, from package-lock.json. `npm sbom --omit dev` would
 * leave out what development needs as well, so that npm is given a lock file without the rest.
 *
 *   npm run --silent sbom > sbom.json
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LockedPackage } from "./package-faults.ts";

const readJson = (name: string) => JSON.parse(readFileSync(name, "utf8"));
const { devDependencies: _, scripts: __, ...manifest } = readJson("package.json");
const lock = readJson("package-lock.json");
const { "": root, ...packages } = lock.packages as Record<string, LockedPackage>;
const kept = Object.fromEntries(Object.entries(packages).filter(([, entry]) => !entry.dev));
const { devDependencies: ___, ...own } = root as LockedPackage & { devDependencies?: unknown };

const folder = mkdtempSync(join(tmpdir(), "golem-sbom-"));
try {
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    join(folder, "package-lock.json"),
    JSON.stringify({ ...lock, packages: { "": own, ...kept } }),
  );
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"];
  process.stdout.write(
    execFileSync("npm", args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
