/**
 * How often `golem diff` finds a regression, and how often it calls equal versions different: a simulation on
 * the held-out answers of real golems.
 *
 *   npx tsx runs/diff.ts [FOLDER]
 *
 * FOLDER holds the data sets (default ../shared/data). For each set golems are trained on the same recordings,
 * one more than are compared, since folds then share their fits: with another seed, with other statistics over
 * time, with another encoder. In every draw, the answers of the two are exchanged for a random half of the
 * speakers, so that the versions are equally good in expectation and disagree as real ones do. For a
 * regression, right answers of the second are turned wrong, .05 of all in expectation: the class that came
 * second takes the probability of the right one. That happens at random, or among the less sure half of the
 * right answers. Differences are computed as `golem diff A B` does. Writes runs/results/diff.json and .md; what
 * is in diff.json is not measured again.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { createRandom, type Random } from "../src/core/random.ts";
import { computeLossDifference, computePairedDifference } from "../src/evaluate/paired-difference.ts";
import type { GolemModel } from "../src/golem/golem-model.ts";
import type { TrainingDocument } from "../src/golem/training-document.ts";
import { type TrainOptions, train } from "../src/index.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const out = resolve(import.meta.dirname, "results/diff");
const sets = ["commands", "esc10"];
const limit = 300;
const drawCount = 2000;
const loss = 0.05;
const base: TrainOptions = {
  ...{ transcript: false, augment: "none", limit: limit + 1, negatives: 0 },
};
const seconds: Readonly<Record<string, TrainOptions>> = {
  "another seed": { ...base, seed: 1 },
  "another pooling": { ...base, pooling: "mean" },
  "another encoder": { ...base, encoder: "google-speech-embedding" },
};

type Held = TrainingDocument["recordings"][number];

/** What the two tests said, as shares of draws. */
interface Tested {
  readonly accuracy: number;
  readonly brier: number;
}
interface Row {
  readonly set: string;
  readonly versions: string;
  readonly recordings: number;
  readonly speakers: number;
  readonly accuracy: number;
  /** Mean absolute difference of the shares of repeats in which a recording is answered rightly. */
  readonly disagreement: number;
  readonly equalCalledDifferent: Tested;
  readonly regressionFound: Tested;
  readonly lessSureFound: Tested;
}

/** One recording as one golem answered it, and as it would be if the right answer were turned wrong. */
interface Answer {
  readonly right: number;
  readonly brier: number;
  readonly brierWrong: number;
  /** Probability of the right class beyond the next one. */
  readonly margin: number;
}

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));
const mean = (values: readonly number[]): number => values.reduce((sum, own) => sum + own, 0) / values.length;

function toAnswer({ votes = [], outOfFold = [], label }: Held, labels: readonly string[]): Answer {
  const own = labels.indexOf(label);
  const total = votes.reduce((sum, [, times]) => sum + times, 0);
  const right =
    total === 0
      ? Number(largest(outOfFold) === own)
      : (votes.find(([answer]) => answer === own)?.[1] ?? 0) / total;
  const computeBrier = (probabilities: readonly number[]) =>
    probabilities.reduce((sum, value, c) => sum + (value - Number(c === own)) ** 2, 0);
  const next = largest(outOfFold.map((value, c) => (c === own ? -1 : value)));
  const margin = outOfFold[own]! - outOfFold[next]!;
  const wrong = [...outOfFold];
  if (margin > 0) [wrong[own], wrong[next]] = [wrong[next]!, wrong[own]!];
  return { right, brier: computeBrier(outOfFold), brierWrong: computeBrier(wrong), margin };
}

const turnWrong = ({ brierWrong, ...answer }: Answer): Answer => {
  return { ...answer, right: 0, brier: brierWrong, brierWrong };
};

interface Pair {
  readonly label: string;
  readonly group: string;
  readonly answers: readonly [Answer, Answer];
}

function pairAnswers(a: GolemModel, b: GolemModel): Pair[] {
  const other = new Map(b.training.recordings.map((own) => [own.fileHash, own]));
  const pairs = a.training.recordings.flatMap((own): Pair[] => {
    const second = other.get(own.fileHash);
    if (!second?.outOfFold || !own.outOfFold) return [];
    const answers = [toAnswer(own, a.document.labels), toAnswer(second, b.document.labels)] as const;
    return [{ label: own.label, group: own.speaker ?? own.file, answers }];
  });
  return pairs.slice(0, limit);
}

/** Whether each test calls the second versions different (`isSided`: worse). */
function test(pairs: readonly Pair[], second: readonly Answer[], first: readonly Answer[], isSided: boolean) {
  const truth = pairs.map(({ label }) => label);
  const groups = pairs.map(({ group }) => group);
  const collect = (what: "right" | "brier") => ({
    ...{ truth, groups, a: first.map((own) => own[what]), b: second.map((own) => own[what]) },
  });
  const accuracy = computePairedDifference(collect("right")).interval;
  const brier = computeLossDifference(collect("brier"), 2).interval;
  return {
    accuracy: Number(accuracy[1] < 0 || (!isSided && accuracy[0] > 0)),
    brier: Number(brier[0] > 0 || (!isSided && brier[1] < 0)),
  };
}

function simulate(set: string, versions: string, a: GolemModel, b: GolemModel): Row {
  const pairs = pairAnswers(a, b);
  const speakers = [...new Set(pairs.map(({ group }) => group))];
  const accuracy = mean(pairs.flatMap(({ answers }) => answers.map(({ right }) => right)));
  const found = { equal: [], random: [], lessSure: [] } as Record<string, ReturnType<typeof test>[]>;
  for (let draw = 0; draw < drawCount; draw++) {
    const random = createRandom(draw);
    const exchanged = new Set(speakers.filter(() => random.uniform() < 0.5));
    const side = (at: 0 | 1) =>
      pairs.map(({ group, answers }) => answers[exchanged.has(group) ? 1 - at : at]!);
    const [first, second] = [side(0), side(1)];
    const margins = second.map(({ margin }) => margin).filter((margin) => margin > 0);
    const middle = margins.sort((x, y) => x - y)[margins.length >> 1]!;
    const chance = loss / accuracy;
    const atRandom = second.map((own) => (random.uniform() < chance ? turnWrong(own) : own));
    const lessSure = second.map((own) =>
      own.margin > 0 && own.margin < middle && random.uniform() < 2 * chance ? turnWrong(own) : own,
    );
    found.equal!.push(test(pairs, second, first, false));
    found.random!.push(test(pairs, atRandom, first, true));
    found.lessSure!.push(test(pairs, lessSure, first, true));
  }
  const share = (all: readonly ReturnType<typeof test>[]): Tested => ({
    accuracy: mean(all.map((own) => own.accuracy)),
    brier: mean(all.map((own) => own.brier)),
  });
  return {
    ...{ set, versions, accuracy, recordings: pairs.length, speakers: speakers.length },
    disagreement: mean(pairs.map(({ answers: [x, y] }) => Math.abs(x.right - y.right))),
    equalCalledDifferent: share(found.equal!),
    regressionFound: share(found.random!),
    lessSureFound: share(found.lessSure!),
  };
}

/** Answers of two equal versions to 300 recordings, `flip` of the wrong ones turned right and as many right ones wrong. */
function drawAnswers(random: Random, flip: number) {
  const accuracy = 0.8;
  const truth = Array.from({ length: limit }, (_, row) => `class ${row % 3}`);
  const a = truth.map(() => Number(random.uniform() < accuracy));
  const turnWrong = (flip * (1 - accuracy)) / accuracy;
  const b = a.map((right) => (random.uniform() < (right ? turnWrong : flip) ? 1 - right : right));
  const worse = b.map((right) => (random.uniform() < loss / accuracy ? 0 : right));
  return { truth, groups: truth.map(() => undefined), a, b, worse };
}

/** A row of the table of simulated answers: disagreement, equal called different, regression found. */
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
  const show = ({ accuracy, brier }: Tested): string => `${percent(accuracy)} | ${percent(brier)}`;
  const lines = rows.map(
    (row) =>
      `| ${row.set} | ${row.versions} | ${row.speakers} | ${row.accuracy.toFixed(3)} | ${row.disagreement.toFixed(3)} | ${show(row.equalCalledDifferent)} | ${show(row.regressionFound)} | ${show(row.lessSureFound)} |`,
  );
  return `# What \`golem diff\` finds

Held-out answers of two real golems for the same ${limit} recordings, exchanged at random by speaker (so that neither is better), and with .05 of the second one's right answers turned wrong: any of them, or some of the less sure half; ${drawCount} draws (standard error
.5 at 5 %, .9 at 80 %). Aims: equal versions called different in at most 5 %, the regression found in at least 80 %. "Answers" is the difference of the balanced accuracies, "Brier" that of the probabilities. Written by runs/diff.ts; Node ${process.version}, ${cpus()[0]?.model.trim()}.

| set | second version | speakers | accuracy | disagreement | equal called different: answers | Brier | regression found: answers | Brier | among less sure: answers | Brier |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${lines.join("\n")}

Disagreement is the mean absolute difference of the two versions' shares of right answers per recording. The more two versions disagree for no reason, the more a loss of .05 drowns in it; probabilities say more about each recording than
right and wrong do, so that the Brier score finds it where answers are too few. It says that probabilities are worse, which versions with equal answers can be too.

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
