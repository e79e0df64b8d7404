/**
 * Compares the held-out scores of folds that share one fit, as above 300 recordings, with those of nested
 * folds, in which penalties, calibration and weights are chosen anew on the training side of each.
 *
 *   npx tsx runs/nested-folds.ts [FOLDER]
 *
 * FOLDER contains the data sets digits and esc10, of 400 recordings each (default ../shared/data); recordings are not
 * varied. Writes runs/results/nested-folds.json and nested-folds.md. Embeddings are cached; processor time is of
 * everything after the first training, which computes them.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { fitClassifier } from "../src/classifier/classifier.ts";
import { type FitProblem, type FoldRunner, fitPredictRows } from "../src/classifier/fold-runner.ts";
import type { Evaluation } from "../src/evaluate/evaluation.ts";
import { runInNode } from "../src/node/node-environment.ts";
import { train } from "../src/workflow/train.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const sets = ["digits", "esc10"] as const;

/** The evaluation of one set with one kind of folds. */
interface Score {
  readonly set: string;
  readonly folds: "shared" | "nested";
  readonly recordings: number;
  readonly speakers: number | undefined;
  readonly repeats: number;
  readonly processorSeconds: number;
  /** The stated score. */
  readonly balancedAccuracy: number;
  readonly interval: readonly [low: number, high: number];
  readonly accuracy: number;
  readonly logLoss: number;
}

/** Creates a runner that fits every fold by itself. */
function createNestedRunner(problem: FitProblem): FoldRunner {
  return {
    concurrency: 1,
    fitPredict: (train, test) => fitPredictRows(problem, train, test),
    fit: () => fitClassifier(problem, problem.encoderSet, problem.options),
    close: async () => {},
  };
}

async function measure(set: string, folds: Score["folds"]): Promise<Score> {
  const started = process.cpuUsage();
  const { model } = await runInNode({}, (environment) =>
    train(
      folds === "shared" ? environment : { ...environment, createFoldRunner: createNestedRunner },
      join(folder, set),
      { augment: "none", negatives: 0 },
    ),
  );
  const { user, system } = process.cpuUsage(started);
  const evaluation = model.document.evaluation as unknown as Evaluation;
  const { recordings, speakers, repeats, balancedAccuracy, interval, accuracy, logLoss } = evaluation;
  return {
    ...{ set, folds, recordings, speakers, repeats, processorSeconds: (user + system) / 1e6 },
    ...{ balancedAccuracy, interval, accuracy, logLoss },
  };
}

const scores: Score[] = [];
for (const set of sets) {
  // The first training embeds what is not cached.
  await measure(set, "shared");
  for (const folds of ["shared", "nested"] as const) {
    scores.push(await measure(set, folds));
    console.log(scores.at(-1));
  }
}

const machine = `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`;
const page = "runs/results/nested-folds";
writeFileSync(`${page}.json`, `${JSON.stringify({ machine, scores }, undefined, 1)}\n`);
const digits = (value: number): string => value.toFixed(4);
writeFileSync(
  `${page}.md`,
  [
    "# Folds that share one fit, against nested folds",
    "",
    "Held-out scores of 400 real recordings by the same folds; `npx tsx runs/nested-folds.ts`.",
    `Machine: ${machine}, shared with other work, so processor time is the number to compare.`,
    "",
    "| set | folds | processor time, s | balanced accuracy | interval | accuracy | log-loss |",
    "|---|---|---:|---:|---|---:|---:|",
    ...scores.map(
      (score) =>
        `| ${score.set}, ${score.speakers} groups | ${score.folds} | ${score.processorSeconds.toFixed(1)} | ${digits(score.balancedAccuracy)} | ${score.interval.map(digits).join(" to ")} | ${digits(score.accuracy)} | ${digits(score.logLoss)} |`,
    ),
    "",
  ].join("\n"),
);
