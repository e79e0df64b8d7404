/**
 * Writes src/node/data/drum-table.ts: the drum samples of an unpacked `supersonic-scsynth-samples` package with maker, split and hash.
 *
 *     npx tsx scripts/list-drums.ts UNPACKED_PACKAGE_FOLDER
 *
 * Makers are read from the package's PROVENANCE.md (the Freesound account of each original). The split is by maker: a maker is
 * in one part only. Two makers each supply a whole class alone or almost, so their series (one drum, one stroke) are split instead.
 * Not its concern: sounds, scores.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getDrumLabel } from "../src/node/data/drums-dataset.ts";

/** Makers with a class (almost) to themselves: their speaker is maker/series. */
const seriesMakers = ["menegass", "dio_333"];
/** Makers of the classes with few makers, placed by hand so that both parts hold every class. */
const placedMakers = { looppool: "test", trivialAccapella: "test" } as const;
/** Series of `seriesMakers` that go to the test part: one of three toms, every second tabla stroke by name. */
const testSeries = ["drum_tom_mid", "tabla_dhec", "tabla_ke", "tabla_tas", "tabla_tun"];

/** Account name of each sample's maker by sample name. */
function readMakers(provenance: string): Map<string, string> {
  const makers = new Map<string, string>();
  for (const [, name, origin] of provenance.matchAll(/^\* `:?(\w+)`\s*- (.+)$/gm)) {
    const account = /\/people\/([^/]+)\//i.exec(origin!)?.[1] ?? /by (.+) under/.exec(origin!)?.[1];
    if (account) makers.set(name!, decodeURIComponent(account).trim().replaceAll(" ", "-"));
  }
  return makers;
}

/** What a maker struck, without number and strength; `tabla_re` is cut from the same original as `tabla_tas1`. */
function getSeries(name: string): string {
  if (name === "tabla_re") return "tabla_tas";
  if (name.startsWith("tabla_")) return name.replace(/^(tabla_[a-z]+).*$/, "$1");
  return name.replace(/_(hard|soft)$/, "");
}

const folder = process.argv[2];
if (!folder) throw new Error("usage: npx tsx scripts/list-drums.ts UNPACKED_PACKAGE_FOLDER");
const makers = readMakers(await readFile(join(folder, "PROVENANCE.md"), "utf8"));
const names = (await readdir(join(folder, "samples")))
  .filter((file) => file.endsWith(".flac"))
  .map((file) => file.slice(0, -".flac".length))
  .filter((name) => getDrumLabel(name) !== undefined)
  .sort();
const otherMakers = [...new Set(names.map((name) => makers.get(name)!))]
  .filter((maker) => !(maker in placedMakers) && !seriesMakers.includes(maker))
  .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

/** By hand for the makers named above, by turns for the others in alphabetical order. */
function getSplit(maker: string, series: string): "train" | "test" {
  if (seriesMakers.includes(maker)) return testSeries.includes(series) ? "test" : "train";
  const placed = placedMakers[maker as keyof typeof placedMakers];
  return placed ?? (otherMakers.indexOf(maker) % 2 === 0 ? "test" : "train");
}

const rows: string[] = [];
for (const name of names) {
  const maker = makers.get(name);
  if (!maker) throw new Error(`${name} has no maker in PROVENANCE.md.`);
  const series = getSeries(name);
  const split = getSplit(maker, series);
  const speaker = seriesMakers.includes(maker) ? `${maker}/${series}` : maker;
  const bytes = await readFile(join(folder, "samples", `${name}.flac`));
  rows.push([name, split, speaker, bytes.length, createHash("sha256").update(bytes).digest("hex")].join(" "));
}
await writeFile(
  new URL("../src/node/data/drum-table.ts", import.meta.url),
  `/**
 * The drum samples of \`supersonic-scsynth-samples\`, one per line: name, split, speaker (maker or maker/series), bytes, sha256.
 * Written by scripts/list-drums.ts; do not edit. Not its concern: what it is used for.
 */

/** Lines of five fields with a space between. */
export const drumTable = \`
${rows.join("\n")}
\`;
`,
);
