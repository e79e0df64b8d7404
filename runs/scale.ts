/**
 * What training costs from cached embeddings, by the number of recordings: processor time, wall time and memory of
 * `golem train --augment none --negatives 0` (the recordings cannot be varied or cut), and processor time of `golem doctor`, `suggest` and `report` on the same recordings,
 * the start of the process included.
 *
 *   npx tsx runs/scale.ts [SIZES]
 *
 * SIZES: numbers of recordings (default 100,400,800,3200,10000). Recordings are small files of their own bytes; the
 * vectors and transcripts stored for them are drawn from ten Gaussian classes of the default encoders' sizes, so
 * that no encoder runs. Writes runs/results/scale.json and scale.md. Needs the built package.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createRandom, type Random } from "../src/core/random.ts";
import type { StoredEmbedding } from "../src/embed/store.ts";
import { getTranscriberDefinition } from "../src/encoder/registry.ts";
import { getCacheFolder } from "../src/node/disk/cache-folder.ts";
import { createEncoderSetStore } from "../src/node/disk/encoder-set-store.ts";
import { computeFileHash } from "../src/node/disk/file-hash.ts";
import { openFileStore } from "../src/node/disk/file-store.ts";
import { resolveEncoderSet } from "../src/node/models/resolve-encoder-set.ts";

const sizes = (process.argv[2] ?? "100,400,800,3200,10000").split(",").map(Number);
const smallest = Math.min(...sizes);
const classes = 10;
/** Distance of class means in standard deviations of a feature's noise. */
const separation = 0.12;

/** Commands measured on the recordings and the golem trained on them. */
const followers = ["doctor", "suggest", "report"] as const;

/** What one training, and what follows it, took. */
interface Cost {
  readonly recordings: number;
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  readonly balancedAccuracy: number;
  /** Processor time by command. */
  readonly others?: Readonly<Record<(typeof followers)[number], number>>;
}

const scratch = mkdtempSync(join(tmpdir(), "golem-scale-"));
try {
  const costs = await measure();
  writeResults(costs);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(): Promise<Cost[]> {
  const home = join(scratch, "home");
  process.env.GOLEM_HOME = home;
  const data = join(scratch, "data");
  mkdirSync(data, { recursive: true });
  const encoderSet = await resolveEncoderSet({}, {});
  const { vectors } = getTranscriberDefinition(encoderSet.transcriber!)!.info;
  const store = await openFileStore(getCacheFolder().embeddings);
  const stored = createEncoderSetStore(store, encoderSet, undefined);
  const random = createRandom(1);
  const means = new Map<string, Float32Array>();
  const draw = (name: string, length: number): Float32Array => {
    const mean = means.get(name) ?? Float32Array.from({ length }, () => separation * random.normal());
    means.set(name, mean);
    return mean.map((value) => value + random.normal());
  };
  const rows = ["file_name,label"];
  const costs: Cost[] = [];
  for (const size of [...sizes].sort((a, b) => a - b)) {
    for (let i = rows.length - 1; i < size; i++) {
      const label = i % classes;
      const file = join(data, `${i}.wav`);
      writeFileSync(file, `recording ${i}`);
      const facts = createFacts(i, random);
      const embeddings = encoderSet.encoders.map(({ info }): StoredEmbedding => {
        const vector = draw(`${info.id} ${label}`, 2 * info.layers * info.dimensions);
        return { facts, vector, frames: 50 };
      });
      const words = Array.from({ length: 4 }, () => `word${(random.integer(60) * (label + 3)) % 97}`);
      const transcript = {
        ...{ text: words.join(" "), logprob: -0.3, tokens: 8, steps: 9 },
        vectors: vectors.map(({ name, size: length }) => draw(`${name} ${label}`, length)),
      };
      const parts = { encoders: [...encoderSet.encoders.keys()], transcriber: true };
      await stored.put(await computeFileHash(file), file, parts, { facts, embeddings, transcript });
      rows.push(`${file},class ${label}`);
    }
    const list = join(data, `${size}.csv`);
    writeFileSync(list, `${rows.slice(0, size + 1).join("\n")}\n`);
    costs.push(train(list, size));
    console.log(costs.at(-1));
  }
  await store.close();
  return costs;
}

function createFacts(i: number, random: Random): StoredEmbedding["facts"] {
  const words = () => Uint32Array.from({ length: 60 }, () => random.integer(2 ** 32));
  return {
    ...{ container: "wav", codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: 1, kept: [0, 1] },
    ...{ peak: 0.5, loudnessDb: -20, clippedFraction: 0, offset: 0, noiseDb: -70, warnings: [] },
    ...{ fingerprint: words(), levels: words(), audioHash: i.toString(16).padStart(64, "0") },
  };
}

/** Runs a command in a process of its own, which writes down what it used when it ends. */
function run(args: readonly string[]) {
  const used = join(scratch, "used.json");
  const note = `process.on("exit", () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    require("node:fs").writeFileSync(${JSON.stringify(used)}, JSON.stringify([userCPUTime + systemCPUTime, maxRSS])); });`;
  const hook = join(scratch, "note.cjs");
  writeFileSync(hook, note);
  const started = performance.now();
  const program = process.env.GOLEM_PROGRAM ?? "bin/golem.js";
  const { stdout, status } = spawnSync(process.execPath, ["--require", hook, program, ...args], {
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // The doctor ends with 1 where something is severe; the smallest golem was trained on all of its pool.
  if (status !== 0 && args[0] !== "doctor" && args[0] !== "suggest")
    throw new Error(`golem ${args[0]} ended with ${status}`);
  const wallSeconds = (performance.now() - started) / 1000;
  const [microseconds, kilobytes] = JSON.parse(readFileSync(used, "utf8")) as [number, number];
  return {
    text: stdout.toString(),
    ...{ processorSeconds: microseconds / 1e6, wallSeconds, peakMegabytes: kilobytes / 1024 },
  };
}

function train(list: string, recordings: number): Cost {
  const out = join(scratch, `golem-${recordings}`);
  const { text, ...cost } = run([
    "train",
    list,
    "--out",
    out,
    "--augment",
    "none",
    "--negatives",
    "0",
    "--json",
  ]);
  const { evaluation } = JSON.parse(text);
  const others = {
    doctor: run(["doctor", list, "--json"]).processorSeconds,
    // By the smallest golem, so that most of the pool is new to it.
    suggest: run(["suggest", join(scratch, `golem-${smallest}`), list, "--count", "10", "--json"])
      .processorSeconds,
    report: run(["report", out, "--no-audio", "--json"]).processorSeconds,
  };
  return { recordings, ...cost, balancedAccuracy: evaluation.balancedAccuracy, others };
}

/** Writes what was measured, and keeps the sizes that were measured before. */
function writeResults(measured: readonly Cost[]): void {
  const folder = resolve("runs/results");
  const kept = join(folder, "scale.json");
  const known: { costs: readonly Cost[] } = existsSync(kept)
    ? JSON.parse(readFileSync(kept, "utf8"))
    : { costs: [] };
  const costs = [
    ...known.costs.filter(({ recordings }) => !measured.some((cost) => cost.recordings === recordings)),
    ...measured,
  ].sort((a, b) => a.recordings - b.recordings);
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
  writeFileSync(join(folder, "scale.json"), `${JSON.stringify({ machine, costs }, null, 2)}\n`);
  const lines = costs.map(
    ({ recordings, processorSeconds, wallSeconds, peakMegabytes, balancedAccuracy, others }) =>
      `| ${recordings} | ${processorSeconds.toFixed(1)} | ${wallSeconds.toFixed(1)} | ${Math.round(peakMegabytes)} | ${balancedAccuracy.toFixed(3)} | ${followers.map((name) => others?.[name].toFixed(1) ?? "").join(" | ")} |`,
  );
  // What was compared by hand stands below the table and is kept.
  const page = join(folder, "scale.md");
  const before = existsSync(page) ? readFileSync(page, "utf8") : "";
  const comparison = before.includes("\nThe wall") ? [before.slice(before.indexOf("The wall"))] : [];
  writeFileSync(
    page,
    [
      "# What training costs, by the number of recordings",
      "",
      "`golem train --augment none --negatives 0`, from cached embeddings, in ten classes of drawn vectors; `npx tsx runs/scale.ts`.",
      `Machine: ${machine}, shared with other work, so processor time is the number to compare.`,
      "",
      "| recordings | train: processor time, s | wall time, s | peak memory, MB | held-out balanced accuracy | doctor, s | suggest, s | report, s |",
      "|---:|---:|---:|---:|---:|---:|---:|---:|",
      ...lines,
      "",
      ...comparison,
    ].join("\n"),
  );
}
