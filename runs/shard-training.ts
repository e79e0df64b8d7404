/**
 * Measures the cost of training from shards, by the number of recordings: processor time, wall time and
 * memory of `golem train RUN` without options.
 *
 *   npx tsx runs/shard-training.ts [SIZES]
 *
 * SIZES: numbers of recordings (default 10000,20000). Vectors and transcripts are drawn from ten Gaussian
 * classes of the default encoders' sizes, so that no encoder runs. Writes runs/results/shard-training.json
 * and shard-training.md. Needs the built package.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrawnRun } from "../test/support/drawn-run.ts";

const sizes = (process.argv[2] ?? "10000,20000").split(",").map(Number);
const scratch = mkdtempSync(join(tmpdir(), "golem-shard-training-"));

async function measure(recordings: number) {
  const run = join(scratch, String(recordings));
  await writeDrawnRun(run, { recordings, shardSize: 1024, classes: 10 });
  const used = join(scratch, "used.json");
  const hook = join(scratch, "note.cjs");
  const write = `require("node:fs").writeFileSync(${JSON.stringify(used)}, JSON.stringify([u.userCPUTime + u.systemCPUTime, u.maxRSS]))`;
  writeFileSync(hook, `process.on("exit", () => { const u = process.resourceUsage(); ${write}; });`);
  const started = performance.now();
  const args = [
    "--require",
    hook,
    "bin/golem.js",
    "train",
    run,
    "--out",
    join(scratch, `golem-${recordings}`),
    "--json",
  ];
  const text = execFileSync(process.execPath, args, {
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const wallSeconds = (performance.now() - started) / 1000;
  const [microseconds, kilobytes] = JSON.parse(readFileSync(used, "utf8")) as [number, number];
  rmSync(run, { recursive: true });
  return {
    ...{ recordings, processorSeconds: microseconds / 1e6, wallSeconds, peakMegabytes: kilobytes / 1024 },
    balancedAccuracy: JSON.parse(text.toString()).evaluation.balancedAccuracy as number,
  };
}

try {
  const costs = [];
  for (const size of sizes) {
    costs.push(await measure(size));
    console.log(costs.at(-1));
  }
  const machine = `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`;
  writeFileSync("runs/results/shard-training.json", `${JSON.stringify({ machine, costs }, undefined, 1)}\n`);
  const rows = costs.map(
    (cost) =>
      `| ${cost.recordings} | ${cost.processorSeconds.toFixed(1)} | ${cost.wallSeconds.toFixed(1)} | ${Math.round(cost.peakMegabytes)} | ${cost.balancedAccuracy.toFixed(3)} |`,
  );
  const lines = [
    "# What training from shards costs",
    "",
    "`golem train RUN` with no options, ten classes of drawn vectors; `npx tsx runs/shard-training.ts`.",
    `Machine: ${machine}, shared with other work, so processor time is the number to compare.`,
    "",
    "| recordings | processor time, s | wall time, s | peak memory, MB | held-out balanced accuracy |",
    "|---:|---:|---:|---:|---:|",
    ...rows,
    "",
  ];
  writeFileSync("runs/results/shard-training.md", lines.join("\n"));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
