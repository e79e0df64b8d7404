/**
 * The package as a user gets it: packed, installed into an empty folder by npm, run there. Takes the dependencies from
 * npm's registry (or its cache).
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "golem-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("locks the packages of every platform, as npm ci demands", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const entries: Record<string, { optionalDependencies?: Record<string, string> }> = lock.packages;
  const missing = Object.entries(entries).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !entries[`node_modules/${name}`] && !entries[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it("installs, trains, predicts and is imported", { timeout: 600_000 }, () => {
  const options = {
    cwd: folder,
    encoding: "utf8" as const,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    shell: process.platform === "win32",
  };
  execFileSync(
    "npm",
    ["pack", root, "--ignore-scripts", "--loglevel=error", "--pack-destination", folder],
    options,
  );
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  const app = join(folder, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "type": "module" }');
  const inApp = { ...options, cwd: app };
  execFileSync("npm", ["install", join("..", tarball), "--no-audit", "--no-fund", "--loglevel=error"], inApp);

  for (const label of ["freeze", "balance", "abroad"]) {
    cpSync(join(root, "demo/banking/train", label), join(app, "data", label), { recursive: true });
  }
  const clip = readdirSync(join(app, "data/freeze"))[0]!;
  const golem = (...args: string[]) =>
    execFileSync(process.execPath, ["node_modules/golem-audio/bin/golem.js", ...args], inApp);
  const trained = JSON.parse(golem("train", "data", "--out", "my-golem", "--json"));
  expect(trained.recordings).toBe(12);
  expect(trained.evaluation.skipped).toEqual([]);
  expect(JSON.parse(golem("predict", "my-golem", `data/freeze/${clip}`, "--json")).label).toBe("freeze");

  const script = `import { loadGolem } from "golem-audio"; import { trainHead } from "golem-audio/head";
    const golem = await loadGolem("my-golem"); console.log(typeof trainHead, golem.labels.join());`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], inApp);
  expect(printed.trim()).toBe("function abroad,balance,freeze");
});
