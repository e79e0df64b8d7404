/**
 * Measures `golem doctor`, `evaluate` and `suggest` on runs of shards: processor time, wall time and memory.
 *
 *   npx tsx runs/shard-commands.ts COMMANDS GOLEM RUN...
 *
 * COMMANDS: some of doctor,evaluate,suggest. RUN: folders written by runs/shard-training.ts; GOLEM: a golem that was trained on a smaller one, so that most
 * recordings are new to it. Writes runs/results/shard-commands.json and shard-commands.md, with what was measured
 * before of other sizes. Needs Linux and the built package.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { measureCommand } from "./measured-command.ts";

const [commands, golem, ...runs] = process.argv.slice(2) as [string, string, ...string[]];
const scratch = mkdtempSync(join(tmpdir(), "golem-shard-commands-"));
const page = "runs/results/shard-commands";

/** What one command took. */
interface Cost {
  readonly recordings: number;
  readonly command: string;
  readonly status: number | null;
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
}

function measure(run: string, args: readonly string[]): Cost {
  const { stdout: _, ...cost } = measureCommand(scratch, [...args, "--json"]);
  return { recordings: Number(basename(run)), command: args[0]!, ...cost };
}

function writeResults(cost: Cost): void {
  const known = existsSync(`${page}.json`)
    ? (JSON.parse(readFileSync(`${page}.json`, "utf8")).costs as Cost[])
    : [];
  const costs = [
    ...known.filter((old) => old.recordings !== cost.recordings || old.command !== cost.command),
    cost,
  ].sort((a, b) => a.recordings - b.recordings || a.command.localeCompare(b.command));
  const machine = `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`;
  writeFileSync(`${page}.json`, `${JSON.stringify({ machine, costs }, undefined, 1)}\n`);
  const lines = [
    "# What commands cost on runs of shards",
    "",
    "`golem doctor RUN`, `golem evaluate GOLEM RUN` and `golem suggest GOLEM RUN --count 10`, with a golem of another run; `npx tsx runs/shard-commands.ts`.",
    `Machine: ${machine}, shared with other work, so processor time is the number to compare.`,
    "",
    "| recordings | command | processor time, s | wall time, s | peak memory, MB |",
    "|---:|---|---:|---:|---:|",
    ...costs.map(
      (own) =>
        `| ${own.recordings} | ${own.command} | ${own.processorSeconds.toFixed(1)} | ${own.wallSeconds.toFixed(1)} | ${Math.round(own.peakMegabytes)} |`,
    ),
    "",
  ];
  writeFileSync(`${page}.md`, lines.join("\n"));
}

try {
  for (const run of runs) {
    for (const args of [
      ["doctor", run],
      ["evaluate", golem, run],
      ["suggest", golem, run, "--count", "10"],
    ]) {
      if (!commands.split(",").includes(args[0]!)) continue;
      const cost = measure(run, args);
      console.log(cost);
      writeResults(cost);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
