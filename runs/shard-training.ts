/**
 * Measures the cost of training from shards, by the number of recordings: processor time, wall time and
 * memory of `golem train RUN` without options.
 *
 *   npx tsx runs/shard-training.ts [SIZES [FOLDER]]
 *
 * SIZES: numbers of recordings (default 10000,20000,100000); 1000000@google-speech-embedding embeds by that encoder
 * alone. Vectors and transcripts are drawn from ten Gaussian classes of the encoders' sizes, so that no encoder runs.
 * Runs and golems are made in FOLDER and kept, or in a temporary folder (23 KB per recording). Writes
 * runs/results/shard-training.json and shard-training.md, with what was measured before of other sizes. Needs
 * Linux and the built package.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrawnRun } from "../test/support/shards/drawn-run.ts";
import { measureCommand } from "./measured-command.ts";

const sizes = (process.argv[2] ?? "10000,20000,100000").split(",");
const keptIn = process.argv[3];
const scratch = mkdtempSync(join(tmpdir(), "golem-shard-training-"));

/** What one training took. */
interface Cost {
  readonly recordings: number;
  /** The encoder, where it was not the default recipe. */
  readonly encoder?: string | undefined;
  readonly views: number;
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  readonly scored: number;
  readonly balancedAccuracy: number;
}

async function measure(size: string): Promise<Cost> {
  const [count, encoder] = size.split("@");
  const recordings = Number(count);
  const run = join(keptIn ?? scratch, size);
  mkdirSync(keptIn ?? scratch, { recursive: true });
  if (!existsSync(join(run, "done"))) {
    rmSync(run, { recursive: true, force: true });
    await writeDrawnRun(run, { recordings, shardSize: 1024, classes: 10, ...(encoder ? { encoder } : {}) });
    writeFileSync(join(run, "done"), "");
  }
  const out = join(keptIn ?? scratch, `golem-${size}`);
  const {
    stdout: text,
    processorSeconds,
    wallSeconds,
    peakMegabytes,
  } = measureCommand(scratch, ["train", run, "--out", out, "--json"]);
  const { views, evaluation } = JSON.parse(text);
  if (!keptIn) rmSync(run, { recursive: true });
  return {
    ...{ recordings, encoder, views: views.length },
    ...{ processorSeconds, wallSeconds, peakMegabytes },
    ...{ scored: evaluation.recordings, balancedAccuracy: evaluation.balancedAccuracy },
  };
}

const page = "runs/results/shard-training";

function writeResults(measured: readonly Cost[]): void {
  const known = existsSync(`${page}.json`)
    ? (JSON.parse(readFileSync(`${page}.json`, "utf8")).costs as Cost[])
    : [];
  const getKey = ({ recordings, encoder }: Cost): string => `${recordings} ${encoder}`;
  const costs = [
    ...known.filter((old) => !measured.some((own) => getKey(own) === getKey(old))),
    ...measured,
  ].sort((a, b) => a.views - b.views || a.recordings - b.recordings);
  const machine = `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`;
  writeFileSync(`${page}.json`, `${JSON.stringify({ machine, costs }, undefined, 1)}\n`);
  const before = existsSync(`${page}.md`) ? readFileSync(`${page}.md`, "utf8") : "";
  const lines = [
    "# What training from shards costs",
    "",
    "`golem train RUN` with no options, ten classes of drawn vectors; `npx tsx runs/shard-training.ts`.",
    `Machine: ${machine}, shared with other work, so processor time is the number to compare.`,
    "",
    "| recordings | views | processor time, s | wall time, s | peak memory, MB | scored | held-out balanced accuracy |",
    "|---:|---:|---:|---:|---:|---:|---:|",
    ...costs.map(
      (cost) =>
        `| ${cost.recordings} | ${cost.views} | ${cost.processorSeconds.toFixed(1)} | ${cost.wallSeconds.toFixed(1)} | ${Math.round(cost.peakMegabytes)} | ${cost.scored} | ${cost.balancedAccuracy.toFixed(3)} |`,
    ),
    "",
    // What was concluded by hand stands below the table and is kept.
    ...(before.includes("\n## ") ? [before.slice(before.indexOf("\n## ") + 1)] : []),
  ];
  writeFileSync(`${page}.md`, lines.join("\n"));
}

try {
  for (const size of sizes) {
    const cost = await measure(size);
    console.log(cost);
    writeResults([cost]);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
