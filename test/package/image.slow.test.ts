/**
 * Builds the image, where a builder is: docker, or whatever GOLEM_IMAGE_BUILD says, such as
 * `buildah build --isolation chroot --build-arg NODE_IMAGE=localhost/node`.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const hasDocker = spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
const build = process.env.GOLEM_IMAGE_BUILD ?? (hasDocker ? "docker build" : undefined);
const note = build ? "" : " (skipped: no docker here, and GOLEM_IMAGE_BUILD is not set)";

it.skipIf(!build)(`builds the image${note}`, { timeout: 30 * 60_000 }, () => {
  // buildah looks for the list of ignored files elsewhere.
  const ignored = build!.startsWith("buildah") ? "--ignorefile deploy/Dockerfile.dockerignore" : "";
  const command = `${build} ${ignored} -f deploy/Dockerfile -t golem-test .`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: root, encoding: "utf8" });
  expect(status, stderr.slice(-2000)).toBe(0);
});
