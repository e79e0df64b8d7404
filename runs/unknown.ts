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
import { fitClassifier } from "../src/classifier/classifier.ts";
import { createFamiliarityScore } from "../src/classifier/novelty/familiarity.ts";
import { fitFamiliarity } from "../src/classifier/novelty/fit-familiarity.ts";
import { createMemorySource } from "../src/core/byte-source.ts";
import { embedSource, getEmbedding } from "../src/embed/embed-source.ts";
import type { EmbeddedRecording, Embedding } from "../src/embed/embedded-recording.ts";
import { loadEncoderSet } from "../src/node/models/load-encoder-set.ts";
import { resolveEncoderSet } from "../src/node/models/resolve-encoder-set.ts";
import { createNoises } from "./scoreboard/noises.ts";
import { loadDraws, loadRealSet, selectEmbeddings, setNames, toRows } from "./scoreboard/real-set.ts";
import { defaultRecipe } from "./scoreboard/recipes.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const noises = await hearNoises();

/** Shares of recordings that are flagged, in one draw. */
interface Flagged {
  readonly set: string;
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
const sets = await Promise.all(setNames.map((name) => loadRealSet(folder, name)));
for (const set of sets) {
  // Recordings of another kind: sounds for golems of speech, words for golems of sounds.
  const other = sets.find(({ name }) => name === (set.name === "esc10" ? "commands" : "esc10"))!;
  const strangers = other.recordings.filter((_, i) => i % 4 === 0);
  const draws = await loadDraws(folder, set);
  for (const [d, draw] of draws.entries()) {
    const isLeftOut = ({ label }: EmbeddedRecording) => (set.classes.indexOf(label) + d) % 3 === 0;
    const classes = set.classes.filter((_, c) => (c + d) % 3 !== 0);
    const select = <T extends Embedding>(rows: readonly T[]) =>
      selectEmbeddings(rows, set.encoderSet, defaultRecipe);
    const { rows: taught, encoderSet } = select(draw.train.filter((row) => !isLeftOut(row)));
    const rows = toRows(taught, classes);
    const classifier = fitClassifier(rows, encoderSet, { seed: 0 });
    const views = classifier.fitted.map(({ view }) => view);
    const familiarity = fitFamiliarity(rows, classes, encoderSet, views, { seed: 0 });
    if (!familiarity) throw new Error(`${set.name} ${d}: nothing to measure`);
    const score = createFamiliarityScore(familiarity, encoderSet);
    const of = (heard: readonly Embedding[]) => score(select(heard).rows);
    const known = of(draw.test.filter((row) => !isLeftOut(row)));
    const leftOut = of(draw.test.filter(isLeftOut));
    const noise = score(noises);
    const share = (scores: readonly number[], threshold: number) =>
      scores.filter((value) => value < threshold).length / scores.length;
    const atFive = [...known].sort((a, b) => a - b)[Math.floor(0.05 * known.length)]!;
    const pairs = leftOut.flatMap((low) =>
      known.map((high) => Number(low < high) + Number(low === high) / 2),
    );
    measured.push({
      ...{ set: set.name, known: share(known, familiarity.threshold) },
      ...{ leftOut: share(leftOut, familiarity.threshold), noise: share(noise, familiarity.threshold) },
      other: share(of(strangers), familiarity.threshold),
      ...{ leftOutAtFive: share(leftOut, atFive), noiseAtFive: share(noise, atFive) },
      ranking: pairs.reduce((sum, value) => sum + value, 0) / pairs.length,
    });
  }
  console.error(set.name);
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

type Column = Exclude<keyof Flagged, "set">;
const mean = (set: string, column: Column): number => {
  const own = measured.filter((row) => row.set === set);
  return own.reduce((sum, row) => sum + row[column], 0) / own.length;
};
const percent = (value: number): string => `${Math.round(100 * value)} %`;
const lines = setNames.map((set) => {
  const cells = (["known", "leftOut", "noise", "other", "leftOutAtFive", "noiseAtFive"] as const).map(
    (column) => percent(mean(set, column)),
  );
  return `| ${set} | ${cells.join(" | ")} | ${mean(set, "ranking").toFixed(2)} |`;
});
const report = `# When a golem says \`unknown\`

Share of recordings that are flagged, mean over 10 draws of about 50 training recordings of which a third of the classes is left out.
The threshold is meant to turn away 5 % of recordings of known classes; it comes from training recordings alone. "Another kind" is
ESC-10 for speech, spoken words for ESC-10. The last columns show the score itself: with the threshold that turns away 5 % of the
known test recordings, which cannot be known beforehand, and how often a left-out recording ranks below a known one.
Made by \`runs/unknown.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| | known classes | classes left out | noise | another kind | left out, at a true 5 % | noise, at a true 5 % | ranking |
|---|---:|---:|---:|---:|---:|---:|---:|
${lines.join("\n")}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/unknown.json", `${JSON.stringify(measured, null, 1)}\n`);
writeFileSync("runs/results/unknown.md", report);
console.log(report);
