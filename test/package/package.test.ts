/** The package as a user gets it: packed, unpacked beside the dependencies of this checkout, and run there. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { extract } from "tar";
import { expect, it } from "vitest";
import { createApp, expectToWork } from "../support/browser/packed-app.ts";

const root = resolve(import.meta.dirname, "../..");

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

it("builds no module that imports the file of a thread, a process or a command, which runs when it is loaded", () => {
  const built = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".js") && !name.startsWith("studio/"));
  expect(built).toContain("node/threads/model-worker.js");
  const entry =
    /(?:from|^import) ?"[./]*(?:node\/threads|cli\/commands)\/[^"]+"|from ?"\.\/(?:embedding-worker|page)\.js"/m;
  expect(built.filter((name) => entry.test(readFileSync(join(root, "dist", name), "utf8")))).toEqual([]);
});

it("trains, predicts and is imported from the files that are packed", async () => {
  const { app, tarball } = createApp();
  const modules = join(app, "node_modules");
  mkdirSync(join(modules, "golem-audio"), { recursive: true });
  await extract({ file: tarball, cwd: join(modules, "golem-audio"), strip: 1 });
  const { dependencies } = JSON.parse(readFileSync(join(modules, "golem-audio/package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(modules, name, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
  expect(readdirSync(join(modules, "golem-audio"))).not.toContain("src");
  expectToWork(app);
});
