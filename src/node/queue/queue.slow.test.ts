/** Shards in a real Redis, with workers as processes of the built program that are killed or paused. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Queue } from "bullmq";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import {
  getData,
  plan,
  runJson,
  startWorker,
  waitForExit,
} from "../../../test/support/servers/queue-worker.ts";
import { hasRedis, redisNote, startRedis } from "../../../test/support/servers/redis-server.ts";
import { getSharedFolder } from "../../../test/support/shared-folder.ts";
import { queueName } from "./shard-queue.ts";

async function hashShards(run: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(join(run, "shards"))).sort()) {
    const bytes = await readFile(join(run, "shards", name));
    hashes[name] = createHash("sha256").update(bytes).digest("hex");
  }
  return hashes;
}

/** Gets the result of one process without a queue. */
const getExpected = async () => {
  const run = await getSharedFolder("run-without-queue", async (folder) => {
    await plan(folder);
    await runJson("embed", "--run", folder);
  });
  return hashShards(run);
};

describe.skipIf(!hasRedis)(`golem work${redisNote}`, () => {
  it("continues after foreign jobs, and after jobs of missing runs", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    const queue = new Queue(queueName, { connection: { port: redis.port } });
    onTestFinished(() => queue.close());
    const key = "shards/000000-0-0.parquet";
    const strangers: unknown[] = [
      ...[
        null,
        1,
        "x",
        [],
        {},
        { run, shard: -1, key, fp16: false },
        { run, shard: 1e300, key, fp16: false },
      ],
      ...[`${run}/../../etc`, "/etc", "s3://../x", "\u001b[31m"].map((other) => ({
        ...{ run: other, shard: 0, key, fp16: false },
      })),
      ...["../../x", "/etc/passwd", `${key}/../../y`].map((other) => ({
        run,
        shard: 0,
        key: other,
        fp16: false,
      })),
    ];
    for (const data of strangers) await queue.add("shard", data, { attempts: 1 });
    await runJson("embed", "--run", run, "--queue", redis.url);
    const worker = startWorker(redis.url, "--exit-when-empty");
    expect(await waitForExit(worker.child)).toBe(0);
    expect((await runJson("status", "--run", run, "--queue", redis.url)).document).toMatchObject({ done: 8 });
    const failed = worker.events.filter(({ event }) => event === "failed");
    for (const { reason } of failed) expect(reason).toMatch(/^\[[a-z-]+\] /);
    expect(failed.length).toBe(7);
    expect((await queue.getJobCounts("failed")).failed).toBe(strangers.length);
  });

  it("gives the shards of killed workers and of a lost queue to others, each exactly once", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    expect((await runJson("embed", "--run", run, "--queue", redis.url)).document).toMatchObject({
      enqueued: 8,
      queued: 0,
    });
    expect((await runJson("embed", "--run", run, "--queue", redis.url)).document).toMatchObject({
      enqueued: 0,
      queued: 8,
    });
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
    expect((await runJson("status", "--run", run)).document).toMatchObject({
      done: 8,
      clips: 16,
      errors: 3,
      waiting: 0,
    });
    expect(await hashShards(run)).toEqual(await getExpected());
  });

  it("marks a shard that kills its workers as failed after three tries, and retries it on request", async () => {
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const [data, run, alone] = await Promise.all([1, 2, 3].map(() => createScratchFolder()));
    const poison = 3;
    for (let n = 0; n < 8; n++) {
      // Long enough that its worker is killed before it is done.
      const tone = createTone(16_000, n === poison ? 28 : 0.5, 1, 300 + 100 * n);
      await writeFile(join(data!, `${n}.wav`), createWav(tone, 16_000));
    }
    await writeFile(
      join(data!, "metadata.csv"),
      ["file_name,label", ...Array.from({ length: 8 }, (_, n) => `${n}.wav,${n % 2 ? "high" : "low"}`)].join(
        "\n",
      ),
    );
    for (const folder of [run!, alone!]) await runJson("plan", data!, "--out", folder, "--shard-size", "1");
    await runJson("embed", "--run", alone!);
    await runJson("embed", "--run", run!, "--queue", redis.url);
    let deaths = 0;
    for (;;) {
      const worker = startWorker(redis.url, "--lease", "1", "--exit-when-empty");
      const isPoisoned = ({ event, shard }: { event: string; shard?: number }) =>
        event === "started" && shard === poison;
      const ended = await Promise.race([
        waitForExit(worker.child).then(() => true),
        worker.waitFor(isPoisoned).then(
          () => false,
          () => true,
        ),
      ]);
      if (ended) break;
      worker.child.kill("SIGKILL");
      await waitForExit(worker.child);
      deaths++;
    }
    expect(deaths).toBe(3);
    const status = await runJson("status", "--run", run!, "--queue", redis.url);
    expect(status).toMatchObject({ exitCode: 1, document: { done: 7, failed: 1, waiting: 0, active: 0 } });
    expect(status.document.failures).toEqual([{ shard: poison, reason: expect.stringContaining("stalled") }]);
    expect((await runJson("embed", "--run", run!, "--queue", redis.url)).document).toMatchObject({
      enqueued: 0,
      failed: 1,
    });
    expect((await runJson("retry", "--run", run!, "--queue", redis.url)).document).toMatchObject({
      retried: 1,
    });
    expect(await waitForExit(startWorker(redis.url, "--exit-when-empty").child)).toBe(0);
    expect(await hashShards(run!)).toEqual(await hashShards(alone!));
  });

  it("returns its shard when it is stopped and the time to finish is over, and serves metrics", async () => {
    const redis = await startRedis(["--requirepass", "secret"], "default:secret@");
    onTestFinished(redis.stop);
    const run = await createScratchFolder();
    await plan(run);
    await runJson("embed", "--run", run, "--queue", redis.url);
    const worker = startWorker(redis.url, "--drain", "0", "--metrics-port", "0");
    const { metrics } = await worker.waitFor(({ event }) => event === "ready");
    await worker.waitFor(({ event }) => event === "done");
    const text = await (await fetch(metrics!)).text();
    for (const line of [
      /^golem_shards\{state="waiting"\} \d+$/m,
      /^golem_clips_total\{outcome="embedded"\} [1-9]/m,
      /^golem_busy_seconds_total 0?\.?\d/m,
      /^golem_clips_per_second \d/m,
    ]) {
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

  it("retries a shard that this machine cannot embed, then reports the failure", async () => {
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
    await runJson(
      "plan",
      await getData(),
      "--out",
      other,
      "--shard-size",
      "16",
      "--encoder",
      "google-speech-embedding",
    );
    await runJson("embed", "--run", other, "--queue", redis.url);
    expect((await runJson("status", "--run", other, "--queue", redis.url)).document).toMatchObject({
      failed: 0,
      waiting: 1,
    });
  });
});
