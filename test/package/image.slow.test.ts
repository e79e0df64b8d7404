/**
 * Builds the image and asks a server in it for an answer, where a builder is: docker, or whatever GOLEM_IMAGE_BUILD says, such as
 * `buildah build --isolation chroot --build-arg NODE_IMAGE=localhost/node`.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { getToneGolem } from "../support/served.ts";

const root = resolve(import.meta.dirname, "../..");
const hasDocker = spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
const build = process.env.GOLEM_IMAGE_BUILD ?? (hasDocker ? "docker build" : undefined);
const isBuildah = build?.startsWith("buildah") ?? false;
const note = build ? "" : " (skipped: no docker here, and GOLEM_IMAGE_BUILD is not set)";

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** The command that serves the folder of golems from the image, as the user 65532. */
function getServeCommand(golems: string, port: number): readonly string[] {
  const serve = ["serve", "/golems", "--port", `${port}`];
  if (!isBuildah) {
    const confined = ["--rm", "--read-only", "--tmpfs", "/tmp", "--network", "host"];
    return ["docker", "run", ...confined, "-v", `${golems}:/golems:ro`, "golem-test", ...serve];
  }
  const container = execFileSync("buildah", ["from", "golem-test"], { encoding: "utf8" }).trim();
  onTestFinished(() => void execFileSync("buildah", ["rm", container]));
  const confined = ["--isolation", "chroot", "--user", "65532:65532", "-v", `${golems}:/golems:ro`];
  return ["buildah", "run", ...confined, container, "--", "node", "/app/bin/golem.js", ...serve];
}

it.skipIf(!build)(`builds the image, which answers${note}`, { timeout: 30 * 60_000 }, async () => {
  // buildah looks for the list of ignored files elsewhere.
  const ignored = isBuildah ? "--ignorefile deploy/Dockerfile.dockerignore" : "";
  const command = `${build} ${ignored} -f deploy/Dockerfile -t golem-test .`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: root, encoding: "utf8" });
  expect(status, stderr.slice(-2000)).toBe(0);

  const { golem, files } = await getToneGolem();
  const golems = await createScratchFolder();
  cpSync(golem, join(golems, basename(golem)), { recursive: true });
  chmodSync(golems, 0o755);
  const port = await findFreePort();
  const [program, ...args] = getServeCommand(golems, port);
  const child = spawn(program!, args, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const ended = new Promise((done) => child.once("exit", done));
  const ask = (path: string, body?: Uint8Array<ArrayBuffer>) =>
    fetch(`http://127.0.0.1:${port}${path}`, body ? { method: "POST", body } : {});
  try {
    const isReady = () =>
      ask("/readyz").then(
        (answer) => answer.ok,
        () => false,
      );
    await expect.poll(async () => child.exitCode ?? (await isReady()), { timeout: 120_000 }).toBe(true);
    expect((await ask("/healthz")).status).toBe(200);
    const answer = await ask("/v1/golems/tones/predict?name=a.wav", readFileSync(files[0]!));
    expect(await answer.json()).toMatchObject({ label: "low" });
  } catch (error) {
    throw new Error(`The container answered wrongly; it printed:\n${printed}`, { cause: error });
  } finally {
    child.kill();
    await ended;
  }
});
