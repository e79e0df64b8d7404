/**
 * The published results of fuzzing: runs/results/fuzz.json holds the last published run of each area, fuzz.md shows
 * them as a table.
 *
 * Not its concern: how inputs are made.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { AreaName } from "./area.ts";
import type { AreaResult, Finding } from "./watch.ts";

const path = "runs/results/fuzz.json";

type Row = Omit<AreaResult, "findings" | "seed"> & {
  /** One for each run that was added up. */
  readonly seed: number | readonly number[];
  readonly findings: readonly Omit<Finding, "bytes">[];
  /** What has to be known of the row. */
  readonly note?: string;
};

/** Replaces the rows of the areas that were run, or adds to them, and writes the table. */
export function publishResults(results: ReadonlyMap<AreaName, AreaResult>, isAdded: boolean): void {
  const rows: Record<string, Row> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  for (const [name, { findings, ...rest }] of results) {
    const row = { ...rest, findings: findings.map(({ bytes: _, ...finding }) => finding) };
    const known = rows[name];
    rows[name] = isAdded && known ? addRows(known, row) : row;
  }
  writeFileSync(path, `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(path.replace(".json", ".md"), writeTable(rows));
}

function addRows(a: Row, b: Row): Row {
  const codes = Object.keys({ ...a.counts, ...b.counts });
  return {
    ...a,
    seed: [a.seed, b.seed].flat(),
    inputs: a.inputs + b.inputs,
    seconds: a.seconds + b.seconds,
    counts: Object.fromEntries(codes.map((code) => [code, (a.counts[code] ?? 0) + (b.counts[code] ?? 0)])),
    slowestMilliseconds: Math.max(a.slowestMilliseconds, b.slowestMilliseconds),
    peakBytes: Math.max(a.peakBytes, b.peakBytes),
    findings: [...a.findings, ...b.findings],
  };
}

function writeTable(rows: Readonly<Record<string, Row>>): string {
  const kinds = ["crash", "hang", "raw error", "memory"] as const;
  const lines = Object.entries(rows).map(([name, row]) => {
    const { inputs, counts, seconds, slowestMilliseconds, peakBytes, findings } = row;
    const found = kinds.map((kind) => findings.filter((finding) => finding.kind === kind).length);
    return `| ${[name, inputs.toLocaleString("en"), (counts.accepted ?? 0).toLocaleString("en"), ...found, `${Math.round(slowestMilliseconds)} ms`, `${Math.round(peakBytes / 1e6)} MB`, `${Math.round(seconds)} s`].join(" | ")} |`;
  });
  const codes = Object.entries(rows).map(([name, { counts }]) => {
    const listed = Object.entries(counts)
      .filter(([code]) => code !== "accepted")
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => `\`${code}\` ${count.toLocaleString("en")}`);
    return `- ${name}: ${listed.join(", ")}`;
  });
  const notes = Object.entries(rows).flatMap(([name, { note }]) => (note ? [`\n${name}: ${note}\n`] : []));
  return `# Mutated inputs

One to four mutations (flipped bits, edges of integers, truncation, zeros, duplicated and removed ranges, splices) of valid inputs made by code, given to the real parsers in processes that are watched.
Crashes end the process; hangs take over 5 s; raw errors have no code; memory means that one input raised the peak by more than 512 MB. Peak memory is that of the process with the parsers.

| area | inputs | accepted | crashes | hangs | raw errors | memory | slowest | peak memory | time |
|---|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}
${notes.join("")}
The other inputs were refused with a code:

${codes.join("\n")}

\`npm run fuzz -- --area AREA --minutes N --publish\`; seeds and raw values in [fuzz.json](fuzz.json).
`;
}
