/**
 * Measures how often a golem predicts `unknown` for sounds of no class (classes left out of training, noise,
 * recordings of another kind) and for its own classes.
 *
 *   npx tsx runs/unknown.ts [FOLDER]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). In each draw a third of the classes
 * is left out, in turn. Writes runs/results/unknown.json and unknown.md. Thresholds are derived only from
 * training recordings.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { listVariations } from "../src/augment/variation.ts";
import { fitClassifier } from "../src/classifier/classifier.ts";
import { createFamiliarityScore } from "../src/classifier/novelty/familiarity.ts";
import { fitFamiliarity } from "../src/classifier/novelty/fit-familiarity.ts";
import { createMemorySource } from "../src/core/byte-source.ts";
import { embedSource, getEmbedding } from "../src/embed/embed-source.ts";
import type { EmbeddedRecording, Embedding } from "../src/embed/embedded-recording.ts";
import { loadEncoderSet } from "../src/node/models/load-encoder-set.ts";
import { resolveEncoderSet } from "../src/node/models/resolve-encoder-set.ts";
import { placeCopies } from "../src/workflow/train-golem.ts";
import { loadVariedSet, type VariedSet } from "./augment/material.ts";
import { createNoises } from "./scoreboard/noises.ts";
import { setNames, toRows } from "./scoreboard/real-set.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const noises = await hearNoises();

/** Shares of recordings that are flagged, in one draw. */
interface Flagged {
  readonly set: string;
  readonly draw: number;
  readonly known: number;
  readonly leftOut: number;
  readonly noise: number;
  readonly other: number;
  /**
   * Shares of left-out classes and noise at the threshold that flags exactly 5 % of the known test recordings
   * (chosen afterwards).
   */
  readonly leftOutAtFive: number;
  readonly noiseAtFive: number;
  /** Probability that a recording of a left-out class is less familiar than one of a known class. */
  readonly ranking: number;
}

const measured: Flagged[] = [];
const variations = listVariations(3);
const sets: VariedSet[] = [];
for (const name of setNames) {
  sets.push(await loadVariedSet(folder, name, { copies: variations.length, draws: 10, isClean: true }));
}
for (const { name, classes, encoderSet, draws } of sets) {
  // Recordings of another kind: sounds for golems of speech, words for golems of sounds.
  const other = sets.find((set) => set.name === (name === "esc10" ? "commands" : "esc10"))!;
  const strangers = [...new Set(other.draws.flatMap(({ clean }) => clean))].filter((_, i) => i % 4 === 0);
  for (const [d, { train, clean }] of draws.entries()) {
    const isLeftOut = ({ label }: EmbeddedRecording) => (classes.indexOf(label) + d) % 3 === 0;
    const isKnown = (row: EmbeddedRecording) => !isLeftOut(row);
    const names = classes.filter((_, c) => (c + d) % 3 !== 0);
    const rows = toRows(train.filter(isKnown), names);
    const classifier = fitClassifier(rows, encoderSet, { seed: 0 });
    const views = classifier.fitted.map(({ view }) => view);
    const copies = placeCopies(variations);
    const familiarity = fitFamiliarity(rows, names, encoderSet, views, { seed: 0, copies });
    if (!familiarity) throw new Error(`${name} ${d}: nothing to measure`);
    const score = createFamiliarityScore(familiarity, encoderSet);
    const known = score(clean.filter(isKnown));
    const leftOut = score(clean.filter(isLeftOut));
    const noise = score(noises);
    const share = (scores: readonly number[], threshold: number) =>
      scores.filter((value) => value < threshold).length / scores.length;
    const atFive = [...known].sort((a, b) => a - b)[Math.floor(0.05 * known.length)]!;
    const pairs = leftOut.flatMap((low) =>
      known.map((high) => Number(low < high) + Number(low === high) / 2),
    );
    measured.push({
      ...{ set: name, draw: d, known: share(known, familiarity.threshold) },
      ...{ leftOut: share(leftOut, familiarity.threshold), noise: share(noise, familiarity.threshold) },
      other: share(score(strangers), familiarity.threshold),
      ...{ leftOutAtFive: share(leftOut, atFive), noiseAtFive: share(noise, atFive) },
      ranking: pairs.reduce((sum, value) => sum + value, 0) / pairs.length,
    });
  }
  console.error(name);
}

async function hearNoises(): Promise<Embedding[]> {
  const encoderSet = await loadEncoderSet(await resolveEncoderSet({}));
  const heard: Embedding[] = [];
  for (const { kind, samples } of createNoises(15)) {
    const source = createMemorySource(encodeWav(samples, 16_000, "pcm16"), kind);
    heard.push(getEmbedding(await embedSource(source, encoderSet)));
  }
  await encoderSet.dispose();
  return heard;
}

type Column = Exclude<keyof Flagged, "set" | "draw">;
const percent = (value: number): string => `${Math.round(100 * value)} %`;
const makeTable = (first: number): string => {
  const lines = setNames.map((set) => {
    const own = measured.filter((row) => row.set === set && row.draw >= first);
    const mean = (column: Column) => own.reduce((sum, row) => sum + row[column], 0) / own.length;
    const cells = (["known", "leftOut", "noise", "other", "leftOutAtFive", "noiseAtFive"] as const).map(
      (column) => percent(mean(column)),
    );
    return `| ${set} | ${cells.join(" | ")} | ${mean("ranking").toFixed(2)} |`;
  });
  return `| | known classes | classes left out | noise | another kind | left out, at a true 5 % | noise, at a true 5 % | ranking |
|---|---:|---:|---:|---:|---:|---:|---:|
${lines.join("\n")}
`;
};
const report = `# When a golem says \`unknown\`

Share of recordings that are flagged by golems as \`golem train\` makes them without flags (three varied copies of each recording), mean
over draws of about 50 training recordings of which a third of the classes is left out. The threshold is meant to turn away 5 % of
recordings of known classes; it comes from training recordings alone. "Another kind" is ESC-10 for speech, spoken words for ESC-10. The
last columns show the score itself: with the threshold that turns away 5 % of the known test recordings, which cannot be known
beforehand, and how often a left-out recording ranks below a known one. Made by \`runs/unknown.ts\` with Node ${process.version} on
${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

## Draws 5 to 9

The score was chosen on draws 0 to 4, so these are the ones to believe.

${makeTable(5)}
## All ten draws

${makeTable(0)}`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/unknown.json", `${JSON.stringify(measured, null, 1)}\n`);
writeFileSync("runs/results/unknown.md", report);
console.log(report);
