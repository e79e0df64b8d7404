/**
 * Simulates how often `golem diff` finds a regression, and how often it calls equal versions different, on
 * the held-out predictions of real golems.
 *
 *   npx tsx runs/diff.ts [FOLDER]
 *
 * FOLDER contains the data sets (default ../shared/data). For each set, two golems are trained on the same
 * 300 recordings: with another seed, with other statistics over time, and with another encoder. In every
 * draw, the predictions of the two are exchanged for a random half of the speakers, so that the versions are
 * equally good in expectation and disagree as real ones do. For a regression, right predictions of the second
 * are made wrong at random, by .05 of balanced accuracy in expectation. Both are compared by the same code as
 * in `golem diff A B`. Writes runs/results/diff.json and .md; results that are already in diff.json are not
 * measured again.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { createRandom, type Random } from "../src/core/random.ts";
import { computePairedDifference } from "../src/evaluate/paired-difference.ts";
import type { GolemModel } from "../src/golem/golem-model.ts";
import type { TrainingDocument } from "../src/golem/training-document.ts";
import { type TrainOptions, train } from "../src/index.ts";
import { compareByTraining } from "../src/workflow/compare-golems.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const out = resolve(import.meta.dirname, "results/diff");
const sets = ["commands", "esc10"];
const limit = 300;
const drawCount = 400;
const loss = 0.05;
const base: TrainOptions = { transcript: false, augment: "none", limit };
const seconds: Readonly<Record<string, TrainOptions>> = {
  "another seed": { ...base, seed: 1 },
  "another pooling": { ...base, pooling: "mean" },
  "another encoder": { ...base, encoder: "google-speech-embedding" },
};

type Held = TrainingDocument["recordings"][number];
interface Row {
  readonly set: string;
  readonly versions: string;
  readonly recordings: number;
  readonly speakers: number;
  readonly accuracy: number;
  /** Mean absolute difference of the shares of repeats in which a recording is predicted correctly. */
  readonly disagreement: number;
  /** Shares of draws. */
  readonly equalCalledDifferent: number;
  readonly regressionFound: number;
}

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

function getCorrectness({ votes = [], outOfFold = [], label }: Held, labels: readonly string[]): number {
  const own = labels.indexOf(label);
  const total = votes.reduce((sum, [, times]) => sum + times, 0);
  if (total === 0) return Number(largest(outOfFold) === own);
  return (votes.find(([answer]) => answer === own)?.[1] ?? 0) / total;
}

/** Returns the same recording with a wrong prediction: the second most probable class. */
function turnWrong(recording: Held, labels: readonly string[]): Held {
  const own = labels.indexOf(recording.label);
  const outOfFold = [...recording.outOfFold!];
  const other = largest(outOfFold.map((value, c) => (c === own ? -1 : value)));
  if (largest(outOfFold) === own) {
    [outOfFold[own], outOfFold[other]] = [outOfFold[other]!, outOfFold[own]!];
  }
  return { ...recording, outOfFold, votes: [[other, 1]] };
}

const withRecordings = (model: GolemModel, recordings: readonly Held[]): GolemModel => ({
  ...model,
  training: { ...model.training, recordings: [...recordings] },
});

/** Exchanges the predictions of the two for a random half of the speakers. */
function exchange(a: GolemModel, b: GolemModel, random: Random): [Held[], Held[]] {
  const sides = new Map<string, boolean>();
  const other = new Map(b.training.recordings.map((own) => [own.fileHash, own]));
  const pairs = a.training.recordings.flatMap((own): [Held, Held][] => {
    const second = other.get(own.fileHash);
    if (!second?.outOfFold || !own.outOfFold) return [];
    const key = own.speaker ?? own.file;
    const isExchanged = sides.get(key) ?? random.uniform() < 0.5;
    sides.set(key, isExchanged);
    return [isExchanged ? [second, own] : [own, second]];
  });
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
}

function simulate(set: string, versions: string, a: GolemModel, b: GolemModel): Row {
  const { labels } = a.document;
  const shares = [a, b].map(({ training }) => training.recordings.map((own) => getCorrectness(own, labels)));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const accuracy = mean(shares.flat());
  let different = 0;
  let found = 0;
  for (let draw = 0; draw < drawCount; draw++) {
    const random = createRandom(draw);
    const [first, second] = exchange(a, b, random);
    const equal = compareByTraining(withRecordings(a, first), withRecordings(b, second));
    if (equal.interval[0] > 0 || equal.interval[1] < 0) different++;
    const worse = second.map((own) => (random.uniform() < loss / accuracy ? turnWrong(own, labels) : own));
    if (compareByTraining(withRecordings(a, first), withRecordings(b, worse)).interval[1] < 0) found++;
  }
  const { recordings } = a.training;
  return {
    ...{ set, versions, accuracy, recordings: recordings.length },
    speakers: new Set(recordings.map(({ speaker, file }) => speaker ?? file)).size,
    disagreement: mean(shares[0]!.map((share, i) => Math.abs(share - shares[1]![i]!))),
    equalCalledDifferent: different / drawCount,
    regressionFound: found / drawCount,
  };
}

/**
 * Draws predictions of two equal versions for 300 recordings; the share `flip` of the wrong ones is made
 * right, and as many right ones wrong.
 */
function drawAnswers(random: Random, flip: number) {
  const accuracy = 0.8;
  const truth = Array.from({ length: limit }, (_, row) => `class ${row % 3}`);
  const a = truth.map(() => Number(random.uniform() < accuracy));
  const turnWrong = (flip * (1 - accuracy)) / accuracy;
  const b = a.map((right) => (random.uniform() < (right ? turnWrong : flip) ? 1 - right : right));
  const worse = b.map((right) => (random.uniform() < loss / accuracy ? 0 : right));
  return { truth, groups: truth.map(() => undefined), a, b, worse };
}

/**
 * Returns a row of the table of simulated predictions: disagreement, equal called different, regression
 * found.
 */
function simulateAnswers(flip: number): [number, number, number] {
  const draws = 2000;
  let [disagreement, different, found] = [0, 0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const { worse, ...equal } = drawAnswers(createRandom(draw), flip);
    const { interval } = computePairedDifference(equal);
    if (interval[0] > 0 || interval[1] < 0) different++;
    if (computePairedDifference({ ...equal, b: worse }).interval[1] < 0) found++;
    disagreement += equal.a.filter((right, row) => right !== equal.b[row]).length / limit;
  }
  return [disagreement / draws, different / draws, found / draws];
}

function writeReport(rows: readonly Row[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const lines = rows.map(
    (row) =>
      `| ${row.set} | ${row.versions} | ${row.speakers} | ${row.accuracy.toFixed(3)} | ${row.disagreement.toFixed(3)} | ${percent(row.equalCalledDifferent)} | ${percent(row.regressionFound)} |`,
  );
  return `# What \`golem diff\` finds

Held-out answers of two real golems for the same ${limit} recordings, exchanged at random by speaker (so that neither is better), and with .05 of the second one's right answers turned wrong; ${drawCount} draws. Aims: equal versions called different in at
most 5 %, the regression found in at least 80 %. Written by runs/diff.ts; Node ${process.version}, ${cpus()[0]?.model.trim()}.

| set | second version | speakers | accuracy | disagreement | equal called different | regression of .05 found |
|---|---|---:|---:|---:|---:|---:|
${lines.join("\n")}

Disagreement is the mean absolute difference of the two versions' shares of right answers per recording. The more two versions disagree for no reason, the more a loss of .05 drowns in it.

The same with simulated answers of two versions that are right in .8 (2000 draws, every recording by another speaker):

| disagreement | equal called different | regression of .05 found |
|---:|---:|---:|
${[0.02, 0.06, 0.1, 0.15, 0.3]
  .map(simulateAnswers)
  .map(([share, different, found]) => `| ${share.toFixed(3)} | ${percent(different)} | ${percent(found)} |`)
  .join("\n")}
`;
}

const rows: Row[] = existsSync(`${out}.json`) ? JSON.parse(readFileSync(`${out}.json`, "utf8")) : [];
const isDone = (set: string, versions: string): boolean =>
  rows.some((row) => row.set === set && row.versions === versions);
for (const set of sets) {
  const missing = Object.entries(seconds).filter(([versions]) => !isDone(set, versions));
  if (missing.length === 0) continue;
  const data = join(folder, set);
  const first = await train(data, base);
  for (const [versions, options] of missing) {
    const second = await train(data, options);
    rows.push(simulate(set, versions, first.model, second.model));
    await second.dispose();
    console.error(JSON.stringify(rows.at(-1)));
    writeFileSync(`${out}.json`, `${JSON.stringify(rows)}\n`);
    writeFileSync(`${out}.md`, writeReport(rows));
  }
  await first.dispose();
}
writeFileSync(`${out}.md`, writeReport(rows));
