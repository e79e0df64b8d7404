/** Shards in a real Redis: workers as processes of the built program, killed, starved and lied to. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { runGolem } from "../../../test/support/command-line.ts";
import { endChild, getFreePort, hasRedis, redisNote, startRedis } from "../../../test/support/redis-server.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getSharedFolder } from "../../../test/support/shared-folder.ts";
import { hidePassword } from "./queue-connection.ts";

const program = fileURLToPath(new URL("../../../bin/golem.js", import.meta.url));

async function runJson(...args: string[]) {
  const { exitCode, stdout, stderr } = await runGolem([...args, "--json", "--quiet"]);
  return { exitCode, stderr, document: stdout === "" ? undefined : JSON.parse(stdout) };
}

/** A worker, and the events that it prints. */
function startWorker(url: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, "work", "--queue", url, "--json", "--concurrency", "1", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => endChild(child, "SIGKILL"));
  const events: { event: string; shard?: number; reason?: string; metrics?: string; clips?: number }[] = [];
  let left = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (left + text).split("\n");
    left = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line));
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const waitFor = async (isIt: (event: (typeof events)[number]) => boolean) => {
    for (;;) {
      const found = events.find(isIt);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${errors}`);
      await pause(20);
    }
  };
  return { child, events, waitFor, getErrors: () => errors };
}

const waitForExit = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", (code) => resolve(code));
  });

/** Tones, and three files that are no recordings. */
const getData = () =>
  getSharedFolder("tones-for-queues", async (folder) => {
    await mkdir(join(folder, "tone"), { recursive: true });
    for (let n = 0; n < 13; n++) {
      const wave = createWav(createTone(16_000, 0.3, 1, 200 + 100 * n), 16_000);
      await writeFile(join(folder, "tone", `${String(n).padStart(2, "0")}.wav`), wave);
    }
    for (const name of ["x", "y", "z"]) await writeFile(join(folder, "tone", `${name}.wav`), `garbage ${name}`);
  });

const plan = async (run: string) =>
  runJson("plan", await getData(), "--out", run, "--shard-size", "2", "--encoder", "google-speech-embedding");

async function hashShards(run: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(join(run, "shards"))).sort()) {
    const bytes = await readFile(join(run, "shards", name));
    hashes[name] = createHash("sha256").update(bytes).digest("hex");
  }
  return hashes;
}

/** What one process makes of it, without a queue. */
const getExpected = async () => {
  const run = await getSharedFolder("run-without-queue", async (folder) => {
    await plan(folder);
    await runJson("embed", "--run", folder);
  });
  return hashShards(run);
};

describe.skipIf(!hasRedis)(`golem work${redisNote}`, () => {
  it("gives the shards of killed workers and of a lost queue to others: nothing lost, nothing twice", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    expect((await runJson("embed", "--run", run, "--queue", redis.url)).document).toMatchObject({ enqueued: 8, queued: 0 });
    expect((await runJson("embed", "--run", run, "--queue", redis.url)).document).toMatchObject({ enqueued: 0, queued: 8 });
    const killed = startWorker(redis.url, "--lease", "2");
    const lasting = startWorker(redis.url, "--lease", "2");
    await killed.waitFor(({ event }) => event === "started");
    killed.child.kill("SIGKILL");
    await lasting.waitFor(({ event }) => event === "done");
    await redis.command("FLUSHALL");
    const again = await runJson("embed", "--run", run, "--queue", redis.url);
    expect(again.document.enqueued + again.document.found).toBe(8);
    expect(again.document.found).toBeGreaterThan(0);
    const watched = await runJson("status", "--run", run, "--queue", redis.url);
    expect(watched.document).toMatchObject({ shards: 8, failed: 0 });
    const ending = startWorker(redis.url, "--exit-when-empty", "--lease", "2");
    expect(await waitForExit(ending.child)).toBe(0);
    lasting.child.kill("SIGTERM");
    expect(await waitForExit(lasting.child)).toBe(0);
    expect((await runJson("status", "--run", run)).document).toMatchObject({ done: 8, clips: 16, errors: 3, waiting: 0 });
    expect(await hashShards(run)).toEqual(await getExpected());
  });

  it("puts a shard that kills its workers among the failed after three tries, and back on request", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    await runJson("embed", "--run", run, "--queue", redis.url);
    const poison = 3;
    let deaths = 0;
    for (;;) {
      const worker = startWorker(redis.url, "--lease", "1", "--exit-when-empty");
      const isPoisoned = ({ event, shard }: { event: string; shard?: number }) => event === "started" && shard === poison;
      const ended = await Promise.race([
        waitForExit(worker.child).then(() => true),
        worker.waitFor(isPoisoned).then(() => false, () => true),
      ]);
      if (ended) break;
      worker.child.kill("SIGKILL");
      await waitForExit(worker.child);
      deaths++;
    }
    expect(deaths).toBe(3);
    const status = await runJson("status", "--run", run, "--queue", redis.url);
    expect(status).toMatchObject({ exitCode: 1, document: { done: 7, failed: 1, waiting: 0, active: 0 } });
    expect(status.document.failures).toEqual([{ shard: poison, reason: expect.stringContaining("stalled") }]);
    expect((await runJson("embed", "--run", run, "--queue", redis.url)).document).toMatchObject({ enqueued: 0, failed: 1 });
    expect((await runJson("retry", "--run", run, "--queue", redis.url)).document).toMatchObject({ retried: 1 });
    expect(await waitForExit(startWorker(redis.url, "--exit-when-empty").child)).toBe(0);
    expect(await hashShards(run)).toEqual(await getExpected());
  });

  it("returns its shard when it is stopped and the time to finish is over, and tells Prometheus what it does", async () => {
    const redis = await startRedis(["--requirepass", "secret"], "default:secret@");
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    await runJson("embed", "--run", run, "--queue", redis.url);
    const worker = startWorker(redis.url, "--drain", "0", "--metrics-port", "0");
    const { metrics } = await worker.waitFor(({ event }) => event === "ready");
    await worker.waitFor(({ event }) => event === "done");
    const text = await (await fetch(metrics!)).text();
    for (const line of [/^golem_shards\{state="waiting"\} \d+$/m, /^golem_clips_total\{outcome="embedded"\} [1-9]/m, /^golem_busy_seconds_total 0?\.?\d/m, /^golem_clips_per_second \d/m]) {
      expect(text).toMatch(line);
    }
    const started = worker.events.filter(({ event }) => event === "started").length;
    while (worker.events.filter(({ event }) => event === "started").length === started) await pause(5);
    worker.child.kill("SIGTERM");
    expect(await waitForExit(worker.child)).toBe(0);
    const { document } = await runJson("status", "--run", run, "--queue", redis.url);
    expect(document).toMatchObject({ active: 0, failed: 0 });
    expect(document.done).toBeLessThan(8);
    expect(await waitForExit(startWorker(redis.url, "--exit-when-empty").child)).toBe(0);
    expect(await hashShards(run)).toEqual(await getExpected());
  });

  it("tries a shard again that this machine cannot embed, then gives up and says why", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    await runJson("embed", "--run", run, "--queue", redis.url);
    const worker = startWorker(redis.url, "--data", join(run, "nothing"), "--exit-when-empty");
    expect(await waitForExit(worker.child)).toBe(0);
    const { document } = await runJson("status", "--run", run, "--queue", redis.url);
    expect(document).toMatchObject({ done: 0, failed: 8, waiting: 0 });
    expect(document.failures[0].reason).toContain("[data-not-found]");
    const [other] = [await createScratchFolder()];
    await runJson("plan", await getData(), "--out", other, "--shard-size", "16", "--encoder", "google-speech-embedding");
    await runJson("embed", "--run", other, "--queue", redis.url);
    expect((await runJson("status", "--run", other, "--queue", redis.url)).document).toMatchObject({ failed: 0, waiting: 1 });
  });

  it("speaks TLS, and says why a queue cannot be used", async () => {
    const folder = await createScratchFolder();
    const run = await createScratchFolder();
    await plan(run);
    const refused = await runJson("embed", "--run", run, "--queue", `redis://u:p4ssw0rd@127.0.0.1:${await getFreePort()}/`);
    expect(refused.document.error).toMatchObject({ code: "queue-failed" });
    expect(refused.document.error.message).toMatch(/ECONNREFUSED/);
    expect(refused.stderr).not.toContain("p4ssw0rd");
    expect((await runJson("embed", "--run", run, "--queue", "http://x/")).exitCode).toBe(2);
    expect((await runJson("work")).exitCode).toBe(2);
    const guarded = await startRedis(["--requirepass", "secret"], "default:secret@");
    onTestFinished(guarded.stop);
    const open = await runJson("retry", "--run", run, "--queue", `redis://127.0.0.1:${guarded.port}/`);
    expect(open.document.error).toMatchObject({ code: "queue-failed", hint: expect.stringContaining("PASSWORD") });
    const { key, certificate } = await createCertificate(folder);
    if (!key) return;
    const options = ["--tls-port", "PORT", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
    const secure = await startRedis(options);
    onTestFinished(secure.stop);
    const untrusted = await runJson("embed", "--run", run, "--queue", secure.url);
    expect(untrusted.document.error.code).toBe("queue-failed");
    const child = spawn(process.execPath, [program, "embed", "--run", run, "--queue", secure.url], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
      stdio: "ignore",
    });
    expect(await waitForExit(child)).toBe(0);
  });
});

/** A certificate for 127.0.0.1, if openssl is here. */
async function createCertificate(folder: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const child = spawn(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
    { stdio: "ignore" },
  );
  const code = await new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", resolve);
  });
  return { key: code === 0 ? key : "", certificate };
}

it("hides the password of a queue", () => {
  expect(hidePassword("rediss://user:secret@host:6380/1")).toBe("rediss://user:***@host:6380/1");
  expect(hidePassword("no address")).toBe("the queue");
});
