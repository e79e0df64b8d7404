/** An empty application beside the packed package, for tests of what is in the package. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

/** Packs the package as it is built and creates an application; both go away with the test. */
export function createApp(): { app: string; tarball: string } {
  const folder = mkdtempSync(join(tmpdir(), "golem-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const args = ["pack", root, "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  execFileSync("npm", args, { stdio: "ignore", shell: process.platform === "win32" });
  const app = join(folder, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "type": "module" }');
  return { app, tarball: join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!) };
}

/** Expects that the package that is installed in an application trains, predicts and is imported, by a Node. */
export function expectToWork(app: string, node = process.execPath): void {
  const options = { cwd: app, encoding: "utf8" as const };
  rmSync(join(app, "my-golem"), { recursive: true, force: true });
  for (const label of ["freeze", "balance", "abroad"]) {
    cpSync(join(root, "demo/banking/train", label), join(app, "data", label), { recursive: true });
  }
  const clip = readdirSync(join(app, "data/freeze"))[0]!;
  const golem = (...args: string[]) =>
    execFileSync(node, ["node_modules/golem-audio/bin/golem.js", ...args], options);
  const trained = JSON.parse(golem("train", "data", "--out", "my-golem", "--json", "--augment", "none"));
  expect(trained.recordings).toBe(12);
  expect(trained.evaluation.skipped).toEqual([]);
  expect(JSON.parse(golem("predict", "my-golem", `data/freeze/${clip}`, "--json")).label).toBe("freeze");

  const script = `import { loadGolem } from "golem-audio"; import { trainHead } from "golem-audio/head";
    const golem = await loadGolem("my-golem"); console.log(typeof trainHead, golem.labels.join());`;
  const printed = execFileSync(node, ["--input-type=module", "-e", script], options);
  expect(printed.trim()).toBe("function abroad,balance,freeze");
}
