/**
 * Compares two thousand recordings that two workers embed from a real queue, with faults, and the same
 * embedded by one process without a queue. The faults: a worker is killed, the queue is lost, files are not
 * recordings, a shard kills its workers, the queue rejects connections, the disk is full. The shards must be
 * equal, byte for byte.
 *
 *   npx tsx runs/shards.ts [RECORDINGS] [ENCODER]
 *
 * RECORDINGS: default 2000; ENCODER: default google-speech-embedding. Recordings are pieces of the
 * repository's demo data. Needs the built package and redis-server; the full disk needs Linux and the right
 * to mount a tmpfs. Writes runs/results/shards.json and shards.md.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { openShardQueue } from "../src/node/queue/shard-queue.ts";
import { readWindow } from "../test/support/audio-files.ts";
import { endChild, getFreePort, startRedis } from "../test/support/servers/redis-server.ts";

const recordings = Number(process.argv[2] ?? 2000);
const encoder = process.argv[3] ?? "google-speech-embedding";
const shardSize = 64;
const garbage = 3;
/** Long enough for a worker that gets a twentieth of a core. */
const leaseSeconds = "15";
const program = resolve("bin/golem.js");
const scratch = mkdtempSync(join(tmpdir(), "golem-shards-"));
const workers = new Set<ChildProcess>();

/** Runs a command; returns the JSON it printed, its exit code and its costs. */
function golem(...args: string[]) {
  const started = performance.now();
  let exitCode = 0;
  let stdout = "";
  try {
    stdout = execFileSync(process.execPath, [program, ...args, "--json", "--quiet"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    exitCode = (error as { status: number }).status;
    stdout = (error as { stdout: string }).stdout;
  }
  return {
    exitCode,
    document: JSON.parse(stdout.trim().split("\n").at(-1)!),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Starts a worker; `onStart` is called with the shard that it begins. */
function startWorker(
  url: string,
  onStart: (shard: number, child: ChildProcess) => void = () => {},
): ChildProcess {
  const child = spawn(
    process.execPath,
    [program, "work", "--queue", url, "--json", "--concurrency", "1", "--lease", leaseSeconds],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  workers.add(child);
  let left = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (left + text).split("\n");
    left = lines.pop()!;
    for (const line of lines) {
      const { event, shard } = JSON.parse(line) as { event: string; shard: number };
      if (event === "started") onStart(shard, child);
    }
  });
  child.on("exit", () => workers.delete(child));
  return child;
}

/** Writes recordings of 0.8 to 1.6 s, each from another part of the demo's speech. */
async function writeRecordings(folder: string): Promise<void> {
  const sources = readdirSync("demo/banking/train", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(wav|flac|mp3|ogg|opus)$/.test(name))
    .sort();
  const read = new Map<string, Float32Array>();
  for (let n = 0; n < recordings; n++) {
    const label = join(folder, `class-${n % 10}`);
    mkdirSync(label, { recursive: true });
    const name = join(label, `${String(n).padStart(5, "0")}.wav`);
    if (n % Math.floor(recordings / garbage) === 7 && n / (recordings / garbage) < garbage) {
      writeFileSync(name, `no recording, ${n}`);
      continue;
    }
    const source = sources[n % sources.length]!;
    const samples = read.get(source) ?? (await readWindow(join("demo/banking/train", source)));
    read.set(source, samples);
    const start = (n * 137) % Math.max(1, samples.length - 16_000);
    writeFileSync(
      name,
      encodeWav(samples.subarray(start, start + 12_800 + (n % 13) * 1000), 16_000, "pcm16"),
    );
  }
}

function hashShards(run: string): Map<string, string> {
  const folder = join(run, "shards");
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      ]),
  );
}

/** Waits until a condition on the finished and failed shards is true. */
async function waitFor(
  run: string,
  countFailed: () => Promise<number>,
  isIt: (status: { done: number; failed: number }) => boolean,
): Promise<{ done: number; failed: number }> {
  for (;;) {
    const shards = readdirSync(run).includes("shards") ? readdirSync(join(run, "shards")) : [];
    // Files that are being written have other names.
    const done = shards.filter((name) => !name.startsWith(".")).length;
    const status = { done, failed: await countFailed() };
    if (isIt(status)) return status;
    await pause(100);
  }
}

/** Tests a full disk: there is an error and no partial file; with space again, the same bytes. */
function measureFullDisk(data: string, expected: ReadonlyMap<string, string>) {
  const run = join(scratch, "small-disk");
  mkdirSync(run);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "none", run], { stdio: "ignore" });
  } catch {
    return { skipped: "no tmpfs can be mounted here" };
  }
  try {
    golem("plan", data, "--out", run, "--shard-size", String(shardSize), "--encoder", encoder);
    const { exitCode, document } = golem("embed", "--run", run);
    const kept = hashShards(run);
    const isKept = [...kept].every(([name, hash]) => expected.get(name) === hash);
    execFileSync("mount", ["-o", "remount,size=4m", run], { stdio: "ignore" });
    const more = golem("embed", "--run", run);
    const later = hashShards(run);
    return {
      ...{ exitCode, code: document.error?.code, shardsKept: kept.size, wholeAndEqual: isKept },
      shardsAfterMoreRoom: later.size,
      stillEqual: [...later].every(([name, hash]) => expected.get(name) === hash),
      exitCodeAfter: more.exitCode,
    };
  } finally {
    execFileSync("umount", ["-l", run], { stdio: "ignore" });
  }
}

async function main() {
  const data = join(scratch, "data");
  await writeRecordings(data);
  const plan = (run: string) =>
    golem("plan", data, "--out", run, "--shard-size", String(shardSize), "--encoder", encoder);
  const single = join(scratch, "single");
  const planned = plan(single);
  const alone = golem("embed", "--run", single);
  const expected = hashShards(single);
  const shards = expected.size;

  const redis = await startRedis();
  const run = join(scratch, "run");
  plan(run);
  const { queue, close } = await openShardQueue(redis.url);
  const countFailed = () => queue.getFailedCount();
  const started = performance.now();
  const enqueued = golem("embed", "--run", run, "--queue", redis.url);
  const poison = Math.floor(shards / 2);
  let poisonDeaths = 0;
  let isPoisonous = true;
  const onStart = (shard: number, child: ChildProcess): void => {
    if (shard !== poison || !isPoisonous) return;
    poisonDeaths++;
    child.kill("SIGKILL");
    startWorker(redis.url, onStart);
  };
  const first = startWorker(redis.url, onStart);
  startWorker(redis.url, onStart);
  const beforeKill = await waitFor(run, countFailed, ({ done }) => done >= Math.floor(shards / 6));
  first.kill("SIGKILL");
  startWorker(redis.url, onStart);
  const beforeFlush = await waitFor(run, countFailed, ({ done }) => done >= Math.floor(shards / 3));
  await redis.command("FLUSHALL");
  const again = golem("embed", "--run", run, "--queue", redis.url);
  const poisoned = await waitFor(run, countFailed, ({ done, failed }) => done + failed === shards);
  const deaths = poisonDeaths;
  isPoisonous = false;
  const retried = golem("retry", "--run", run, "--queue", redis.url);
  const finished = await waitFor(run, countFailed, ({ done }) => done === shards);
  const seconds = (performance.now() - started) / 1000;
  const { document: status } = golem("status", "--run", run);
  await close();
  for (const worker of workers) await endChild(worker);
  const refused = golem("embed", "--run", single, "--queue", `redis://127.0.0.1:${await getFreePort()}/`);
  await redis.stop();
  const found = hashShards(run);
  const equal = [...expected].every(([name, hash]) => found.get(name) === hash) && found.size === shards;
  const bytes = readdirSync(join(single, "shards")).reduce(
    (sum, name) => sum + readFileSync(join(single, "shards", name)).length,
    0,
  );
  return {
    machine: `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`,
    ...{ recordings, shards, shardSize, encoder },
    plan: { seconds: planned.seconds },
    single: { seconds: alone.seconds, errors: alone.document.errors, bytesPerClip: bytes / recordings },
    queue: {
      ...{ seconds, enqueued: enqueued.document.enqueued, doneBeforeKill: beforeKill.done },
      flush: {
        done: beforeFlush.done,
        foundAfter: again.document.found,
        enqueuedAgain: again.document.enqueued,
      },
      poison: { shard: poison, deaths, failed: poisoned.failed, doneMeanwhile: poisoned.done },
      ...{ retried: retried.document.retried, done: finished.done, errors: status.errors },
    },
    refused: { exitCode: refused.exitCode, code: refused.document.error.code, seconds: refused.seconds },
    fullDisk: measureFullDisk(data, expected),
    equal,
  };
}

try {
  const result = await main();
  writeFileSync("runs/results/shards.json", `${JSON.stringify(result, undefined, 1)}\n`);
  const { single, queue, refused, fullDisk } = result;
  const lines = [
    "# Shards while things go wrong",
    "",
    `\`npx tsx runs/shards.ts\`: ${result.recordings} recordings, ${garbage} of them garbage, in ${result.shards} shards of ${shardSize}, ${result.encoder}.`,
    `Machine: ${result.machine}, shared with other work, so times mean little.`,
    "",
    "| what | found |",
    "|---|---|",
    `| one process without a queue | ${single.seconds.toFixed(0)} s, ${single.errors} rows with errors, ${(single.bytesPerClip / 1024).toFixed(1)} KB per clip |`,
    `| two workers of one thread, with all of the below | ${queue.seconds.toFixed(0)} s |`,
    `| a worker killed (kill -9) after ${queue.doneBeforeKill} shards | its shard was given to another |`,
    `| FLUSHALL after ${queue.flush.done} shards | ${queue.flush.foundAfter} found, ${queue.flush.enqueuedAgain} put into the queue again |`,
    `| a shard that kills its workers | failed after ${queue.poison.deaths} workers; ${queue.poison.doneMeanwhile} others done; done after \`golem retry\` |`,
    `| a refused queue | ${refused.code}, exit code ${refused.exitCode}, after ${refused.seconds.toFixed(1)} s |`,
    "skipped" in fullDisk
      ? `| a full disk | not run: ${fullDisk.skipped} |`
      : `| a full disk | ${fullDisk.code}, exit code ${fullDisk.exitCode}; ${fullDisk.shardsKept} shards kept, whole; ${fullDisk.shardsAfterMoreRoom} with more room |`,
    `| shards equal to those of the single process, byte for byte, none twice | ${result.equal ? "yes" : "NO"} |`,
    "",
  ];
  writeFileSync("runs/results/shards.md", lines.join("\n"));
  console.log(lines.join("\n"));
} finally {
  for (const worker of workers) worker.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}
