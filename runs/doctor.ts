/**
 * What the doctor finds: faults planted in real recordings, and alarms on recordings as they are.
 *
 *     npx tsx runs/doctor.ts [DATA] [--labels]      (needs ffmpeg; DATA is ../shared/data unless given)
 *
 * Writes runs/results/doctor.md and doctor.json. With --labels, only the counts of doubted labels and of findings in
 * the sets as they are are made anew; the others stay as they were.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { examineDataset } from "../src/node/doctor.ts";
import { countConfounds } from "./doctor/confounds.ts";
import { countDuplicates, findNaturalPairs } from "./doctor/duplicates.ts";
import { countFaults } from "./doctor/faults.ts";
import { openMaterial, sets } from "./doctor/material.ts";
import { describeResults, type Results } from "./doctor/report.ts";
import { countWrongLabels } from "./doctor/wrong-labels.ts";

const { positionals, values } = parseArgs({
  options: { labels: { type: "boolean" } },
  allowPositionals: true,
});
const data = positionals[0] ?? fileURLToPath(new URL("../../shared/data", import.meta.url));
const banking = fileURLToPath(new URL("../demo/banking", import.meta.url));
const target = (name: string): string => fileURLToPath(new URL(`results/${name}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "golem-doctor-"));
const material = await openMaterial(data);
const log = (text: string): boolean => process.stderr.write(`${text}\n`);

const wrongLabels: Results["wrongLabels"][number][] = [];
const naturalPairs: Results["naturalPairs"][number][] = [];
const untouched: Results["untouched"][number][] = [];
const confounds: Results["confounds"][number][] = [];
const faults: Results["faults"][number][] = [];
const duplicates: Results["duplicates"][number][] = [];
for (const set of sets) {
  wrongLabels.push(await countWrongLabels(material, set, 0.1));
  log(`${set}: labels`);
  untouched.push(await examineAsItIs(set, join(data, set)));
  log(`${set}: as it is`);
  if (values.labels) continue;
  naturalPairs.push({ set, pairs: await findNaturalPairs(material, set) });
  const isShort = set !== "esc10" && set !== "drinks";
  if (isShort) confounds.push(...(await countConfounds(material, set, folder, set !== "commands")));
  log(`${set}: confounds`);
  if (set === "commands" || set === "wakewords")
    faults.push({ set, counts: await countFaults(material, set, folder) });
  duplicates.push(await countDuplicates(material, set, folder));
  log(`${set}: duplicates`);
}

untouched.push(await examineAsItIs("banking (synthetic)", banking));
untouched.push(await examineAsItIs("banking, training part", join(banking, "train")));
if (values.labels) {
  await material.close();
  await rm(folder, { recursive: true });
  const before = JSON.parse(await readFile(target("doctor.json"), "utf8")) as Results;
  await save({ ...before, wrongLabels, untouched });
  process.exit();
}

const thousand = [];
for (const [set, count] of [
  ["digits", 400],
  ["esc10", 300],
  ["commands", 300],
] as const) {
  const rows = await material.load(set);
  thousand.push(
    ...rows
      .slice(0, count)
      .map((row) => ({ ...row, file: `${set}/${row.file}`, label: `${set} ${row.label}` })),
  );
}
const seconds: number[] = [];
const processorSeconds: number[] = [];
for (let round = 0; round < 4; round++) {
  const started = performance.now();
  const cpu = process.cpuUsage();
  await examineDataset({ name: "thousand", recordings: thousand, warnings: [], skipped: [] });
  const { user, system } = process.cpuUsage(cpu);
  log(
    `1000 recordings: ${((performance.now() - started) / 1000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time`,
  );
  if (round === 0) continue;
  seconds.push((performance.now() - started) / 1000);
  processorSeconds.push((user + system) / 1e6);
}
await material.close();
await rm(folder, { recursive: true });

await save({
  wrongLabels,
  duplicates,
  naturalPairs,
  untouched,
  confounds,
  faults,
  speed: {
    recordings: thousand.length,
    classes: new Set(thousand.map(({ label }) => label)).size,
    seconds,
    processorSeconds,
  },
  machine: `${availableParallelism()} cores, Node ${process.version}`,
});

async function examineAsItIs(set: string, path: string): Promise<Results["untouched"][number]> {
  const { findings, recordings } = await examineDataset(path);
  return {
    set,
    recordings,
    findings: findings.map(({ kind, severity, files }) => ({ kind, severity, files: files.length })),
  };
}

async function save(results: Results): Promise<void> {
  await writeFile(target("doctor.json"), `${JSON.stringify(results, undefined, 1)}\n`);
  await writeFile(target("doctor.md"), describeResults(results));
}
