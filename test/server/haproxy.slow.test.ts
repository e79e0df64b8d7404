/** Two replicas behind the HAProxy configuration that is delivered: one is killed, one is stopped, nothing is lost. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { getToneGolem } from "../support/served.ts";

const root = resolve(import.meta.dirname, "../..");
const hasHaproxy = spawnSync("haproxy", ["-v"], { stdio: "ignore" }).status === 0;
const note = hasHaproxy ? "" : " (skipped: no haproxy on the PATH)";

/** A port that is free now. */
const findPort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

const waitFor = (url: string, status: number) =>
  expect
    .poll(
      () =>
        fetch(url, { headers: { connection: "close" } }).then(
          (response) => response.status,
          () => 0,
        ),
      { timeout: 90_000, interval: 100 },
    )
    .toBe(status);

async function startReplica(golem: string, port: number): Promise<ChildProcess> {
  const script = resolve(import.meta.dirname, "../support/processes/golem.ts");
  const args = [
    "serve",
    golem,
    "--port",
    String(port),
    "--client-share",
    "1",
    "--workers",
    "1",
    "--drain",
    "3",
    "--quiet",
  ];
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await waitFor(`http://127.0.0.1:${port}/readyz`, 200);
  return child;
}

/** Starts the delivered configuration on free ports. */
async function startHaproxy(ports: readonly number[]): Promise<string> {
  const port = await findPort();
  const text = readFileSync(join(root, "deploy/haproxy.cfg"), "utf8")
    .replaceAll("127.0.0.1:8081", `127.0.0.1:${ports[0]}`)
    .replaceAll("127.0.0.1:8082", `127.0.0.1:${ports[1]}`)
    .replace("bind :8080", `bind 127.0.0.1:${port}`);
  const file = join(await createScratchFolder(), "haproxy.cfg");
  await writeFile(file, text);
  const child = spawn("haproxy", ["-db", "-f", file], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${url}/readyz`, 200);
  return url;
}

/** Sends recordings, 16 at a time; resolves to the answers that were not what they should be. */
async function sendMany(
  url: string,
  files: readonly Uint8Array[],
  count: number,
  onAnswer: (answered: number) => void,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  let next = 0;
  let answered = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++ % files.length;
      try {
        const response = await fetch(`${url}/v1/golems/tones/predict`, {
          method: "POST",
          body: files[index] as BodyInit,
          headers: { "content-type": "audio/wav" },
        });
        const text = await response.text();
        const isRight = response.status === 200 && JSON.parse(text).label === (index % 2 ? "high" : "low");
        if (!isRight) wrong.push([response.status, text]);
      } catch (error) {
        wrong.push(error);
      }
      onAnswer(++answered);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return wrong;
}

describe.skipIf(!hasHaproxy)(`replicas behind HAProxy${note}`, () => {
  it("lose no request of 400 when one is killed, and none of 400 when one is stopped", async () => {
    const { golem, files: paths } = await getToneGolem();
    const files = await Promise.all(paths.map((path) => readFile(path)));
    expect(files[0]!.length).toBeGreaterThan(16_384);
    const ports = [await findPort(), await findPort()];
    const one = await startReplica(golem, ports[0]!);
    const two = await startReplica(golem, ports[1]!);
    const url = await startHaproxy(ports);
    let killedAt = 0;
    const killed = await sendMany(url, files, 400, (answered) => {
      if (answered !== 150) return;
      killedAt = answered;
      one.kill("SIGKILL");
    });
    expect([killedAt, killed]).toEqual([150, []]);

    await startReplica(golem, ports[0]!);
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${ports[0]}/metrics`)).text(), { timeout: 30_000 })
      .toMatch(
        /golem_http_request_duration_seconds_count\{route="\/readyz",method="GET",status="200"\} ([2-9]|\d\d)/,
      );
    const ended = new Promise((done) => two.once("exit", done));
    const stopped = await sendMany(url, files, 400, (answered) => {
      if (answered === 150) two.kill("SIGINT");
    });
    expect(stopped).toEqual([]);
    expect(await ended).toBe(0);
  });
});
