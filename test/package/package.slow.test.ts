/** The package as a user gets it: packed, then installed by npm with its dependencies, from npm's registry or its cache. */
import { execFileSync } from "node:child_process";
import { it } from "vitest";
import { createApp, expectToWork } from "../support/packed-app.ts";

it("installs, trains, predicts and is imported", { timeout: 600_000 }, () => {
  const { app, tarball } = createApp();
  execFileSync("npm", ["install", tarball, "--no-audit", "--no-fund", "--loglevel=error"], {
    ...{ cwd: app, shell: process.platform === "win32" },
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
  });
  expectToWork(app);
});
