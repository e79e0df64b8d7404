/**
 * Measures the cost of the queue for ten million clips: 9,766 shards of 1,024 pass through a real Redis, with
 * empty shards in place of embedded ones. Workers are killed, the queue is lost halfway, shards fail and are
 * put back.
 *
 *   npx tsx runs/queue-simulation.ts [CLIPS]
 *
 * Needs redis-server. Writes runs/results/queue-simulation.json and queue-simulation.md.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { defaultRecipe } from "../src/core/default-recipe.ts";
import { resolveEncoderSet } from "../src/node/models/resolve-encoder-set.ts";
import { openFolderStore } from "../src/node/object-store/folder-store.ts";
import { enqueueRun, openShardQueue, retryRun } from "../src/node/queue/shard-queue.ts";
import { saveRun } from "../src/node/shards/run-document.ts";
import { getEncoderSetInfo } from "../src/workflow/encoder-set-info.ts";
import { endChild, startRedis } from "../test/support/servers/redis-server.ts";

const clips = Number(process.argv[2] ?? 10_000_000);
const shardSize = 1024;
const shards = Math.ceil(clips / shardSize);
const leaseMilliseconds = 2000;
const scratch = mkdtempSync(join(tmpdir(), "golem-queue-"));
const children: ChildProcess[] = [];

const startWorker = (url: string): ChildProcess => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "test/support/processes/empty-shards.ts", url, String(leaseMilliseconds)],
    { stdio: "inherit" },
  );
  children.push(child);
  return child;
};

async function writeRun(folder: string): Promise<void> {
  mkdirSync(join(folder, "shards"), { recursive: true });
  const info = getEncoderSetInfo(await resolveEncoderSet({ encoder: defaultRecipe.encoder }));
  await saveRun(openFolderStore(folder), {
    ...{ format: "golem-run", version: 1, createdBy: "simulation", data: "/nowhere", name: "simulation" },
    ...{ recordings: clips, shardSize, choice: {}, audio: {}, fp16: false, skipped: [] },
    contents: Array.from({ length: shards }, (_, shard) => shard.toString(16).padStart(16, "0")),
    manifest: [{ key: "manifest.parquet", bytes: 0, shards }],
    encoders: [...info.encoders],
    ...(info.transcriber
      ? { transcriber: { ...info.transcriber, vectors: [...info.transcriber.vectors] } }
      : {}),
  });
}

async function measure<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
  const started = performance.now();
  const value = await work();
  return { seconds: (performance.now() - started) / 1000, value };
}

async function main() {
  const run = join(scratch, "run");
  await writeRun(run);
  const countDone = (): number => readdirSync(join(run, "shards")).length;
  const redis = await startRedis();
  const memory = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(String(await redis.command("INFO", "memory")))![1]);
  const before = await memory();
  const enqueue = await measure(() => enqueueRun(run, redis.url));
  const bytesPerShard = ((await memory()) - before) / shards;
  const again = await measure(() => enqueueRun(run, redis.url));
  const started = performance.now();
  for (let i = 0; i < 2; i++) startWorker(redis.url);
  const waitForDone = async (count: number): Promise<void> => {
    while (countDone() < count) await pause(50);
  };
  await waitForDone(shards / 4);
  children.shift()!.kill("SIGKILL");
  startWorker(redis.url);
  await waitForDone(shards / 2);
  await redis.command("FLUSHALL");
  const doneAtFlush = countDone();
  const refill = await measure(() => enqueueRun(run, redis.url));
  const failing = Math.floor((shards + 1) / 2000);
  await waitForDone(shards - failing);
  const seconds = (performance.now() - started) / 1000;
  const { queue, close } = await openShardQueue(redis.url);
  let counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
  while (counts.waiting! + counts.active! + counts.delayed! > 0) {
    await pause(100);
    counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
  }
  await close();
  const retry = await measure(() => retryRun(run, redis.url));
  for (const child of children) await endChild(child, "SIGKILL");
  await redis.stop();
  return {
    machine: `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`,
    ...{ clips, shards },
    enqueue: { seconds: enqueue.seconds, enqueued: enqueue.value.enqueued, bytesPerShard },
    enqueueAgain: { seconds: again.seconds, enqueued: again.value.enqueued, queued: again.value.queued },
    work: { seconds, shardsPerSecond: shards / seconds },
    flush: {
      done: doneAtFlush,
      seconds: refill.seconds,
      found: refill.value.found,
      enqueued: refill.value.enqueued,
    },
    failed: counts.failed,
    retry: { seconds: retry.seconds, retried: retry.value.retried },
    done: countDone(),
  };
}

try {
  const result = await main();
  writeFileSync("runs/results/queue-simulation.json", `${JSON.stringify(result, undefined, 1)}\n`);
  const { enqueue, enqueueAgain, work, flush, retry } = result;
  const lines = [
    "# The queue at ten million clips",
    "",
    `\`npx tsx runs/queue-simulation.ts\`: ${result.shards} shards of ${shardSize} clips through the real Redis, empty shards in place of embedded ones.`,
    `Machine: ${result.machine}, shared with other work.`,
    "",
    "| step | shards | seconds |",
    "|---|---:|---:|",
    `| put into the queue (${Math.round(enqueue.bytesPerShard)} bytes of Redis each) | ${enqueue.enqueued} | ${enqueue.seconds.toFixed(1)} |`,
    `| put into it again: all are there | ${enqueueAgain.enqueued} | ${enqueueAgain.seconds.toFixed(1)} |`,
    `| put into it again after FLUSHALL (${flush.found} were done) | ${flush.enqueued} | ${flush.seconds.toFixed(1)} |`,
    `| done by two workers, one of them killed and replaced | ${result.done} | ${work.seconds.toFixed(1)} |`,
    `| failed after three tries, put back | ${retry.retried} | ${retry.seconds.toFixed(1)} |`,
    "",
    `That is ${Math.round(work.shardsPerSecond)} shards a second. A thousand cores at 60 core-milliseconds per clip finish 16.`,
    "",
  ];
  writeFileSync("runs/results/queue-simulation.md", lines.join("\n"));
  console.log(lines.join("\n"));
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}
