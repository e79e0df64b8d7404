/**
 * Compares candidate heads, from the most to the least constrained, for under-fitting and over-fitting: all
 * are scored on the same held-out recordings.
 *
 * The validation is nested: everything that a candidate chooses from data (layer, penalty, epochs, view
 * weights) is chosen within each fold, so every score is that of a procedure. The choice between candidates
 * is not nested: the best of ten scores is slightly too high. The simplest candidate within one standard
 * error (evaluate/one-standard-error.ts) is marked; its score is seldom too high. Time is limited: repeats
 * are omitted first, then the last candidates. Not its concern: clocks, threads.
 */

import type { HeadCandidate } from "../classifier/choosing/head-candidates.ts";
import type { CandidateRunner, FitProblem } from "../classifier/fold-runner.ts";
import { throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { computeGrowth, correctPrior, runFolds } from "../evaluate/cross-validate.ts";
import { computeEvaluation } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { createFolds, type Fold, type FoldPlan } from "../evaluate/folds.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { chooseSimplest } from "../evaluate/one-standard-error.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";

/** The candidates, the problem they are fitted to, and the bounds. */
export interface HeadComparisonInput {
  /** Its `options` apply to all candidates. */
  readonly problem: FitProblem;
  readonly labels: readonly string[];
  /** In ascending complexity; the first is always measured. */
  readonly candidates: readonly HeadCandidate[];
  readonly runner: CandidateRunner;
  /** Maximum number of repeats of cross-validation; default 10. */
  readonly repeats?: number | undefined;
  /** Approximate seconds to spend; a fold that has begun is finished. */
  readonly budget: number;
  /** Seconds since the start. */
  getElapsed(): number;
}

/** The result. Plain data; accuracies are from 0 to 1. */
export interface HeadComparison {
  readonly labels: readonly string[];
  readonly recordings: number;
  readonly chance: number;
  readonly grouping: "speaker" | "none";
  readonly groupingReason?: string;
  readonly groupedBy?: "source";
  /** Folds per repeat, and number of repeats that were completed in time. */
  readonly folds: number;
  readonly repeats: number;
  /** Measured candidates, in ascending complexity. */
  readonly candidates: readonly CandidateScore[];
  /** Name of the candidate with the highest balanced accuracy. */
  readonly best: string;
  /** Name of the simplest candidate within one standard error of the best. */
  readonly simplest: string;
  /** Names of the candidates that were not measured for lack of time. */
  readonly givenUp: readonly string[];
}

/** The scores of one candidate. */
export interface CandidateScore
  extends Pick<Evaluation, "balancedAccuracy" | "interval" | "logLoss" | "trainAccuracy"> {
  readonly name: string;
  /** Balanced accuracy of the best minus its own, and the standard error of that difference. */
  readonly difference: number;
  readonly standardError: number;
  readonly withinOneStandardError: boolean;
}

/** Thrown during a run of folds when time is up; caught in this file. */
const timeIsUp = new Error("time is up");
/** Factor by which a hidden layer four times as wide takes longer. */
const expectedGrowth = 2;

/** The predictions in the repeats that were run. */
interface Measured {
  readonly candidate: HeadCandidate;
  /** One matrix [recordings, classes] per repeat. */
  readonly probabilities: Matrix[];
  /** Accuracy on the training side of each fold. */
  readonly trainAccuracies: number[];
}

/**
 * Compares the candidates. Progress counts tenths of seconds of the budget. Errors: those of `createFolds`,
 * `aborted`, and those of heads that cannot be fitted.
 */
export async function compareCandidates(
  input: HeadComparisonInput,
  options: WorkOptions = {},
): Promise<HeadComparison> {
  const { problem, labels, candidates } = input;
  const { groups, groupedBy, labels: truth } = problem;
  const plan = createFolds({
    ...{ labels: truth, classes: labels, groups, groupedBy, seed: problem.options.seed },
    repeats: input.repeats,
  });
  const { measured, repeats } = await measure(input, plan, options);
  const scores = measured.map(({ probabilities, trainAccuracies }) =>
    computeEvaluation({
      ...{ protocol: "cross-validation" as const, labels, truth, probabilities, groups },
      ...{ k: plan.k, grouping: plan.grouping, growth: computeGrowth(plan) },
      trainAccuracy: trainAccuracies.reduce((sum, share) => sum + share, 0) / trainAccuracies.length,
    }),
  );
  const { best, simplest, distances } = chooseSimplest({
    truth,
    groups: plan.grouping === "speaker" ? groups : undefined,
    correctness: measured.map(({ probabilities }) => computeCorrectness(probabilities, truth)),
  });
  return {
    labels,
    recordings: truth.length,
    chance: 1 / labels.length,
    grouping: plan.grouping,
    ...(plan.reason === undefined ? {} : { groupingReason: plan.reason }),
    ...(groupedBy === "source" ? { groupedBy } : {}),
    folds: plan.k,
    repeats,
    candidates: measured.map(({ candidate }, i): CandidateScore => {
      const { balancedAccuracy, interval, logLoss, trainAccuracy } = scores[i]!;
      const { difference, standardError, isClose } = distances[i]!;
      return {
        ...{ name: candidate.name, trainAccuracy, balancedAccuracy, interval, logLoss },
        ...{ difference, standardError, withinOneStandardError: isClose },
      };
    }),
    best: measured[best]!.candidate.name,
    simplest: measured[simplest]!.candidate.name,
    givenUp: candidates.slice(measured.length).map(({ name }) => name),
  };
}

/**
 * Runs repeats while there is time. The first repeat may end after any candidate; later ones count only if
 * all candidates are measured.
 */
async function measure(
  input: HeadComparisonInput,
  plan: FoldPlan,
  options: WorkOptions,
): Promise<{ measured: readonly Measured[]; repeats: number }> {
  const { candidates, budget, getElapsed } = input;
  const measured: Measured[] = [];
  let seconds = 0;
  for (const candidate of candidates) {
    const started = getElapsed();
    if (measured.length > 0 && started + expectedGrowth * seconds > budget) break;
    const result = await runRepeat(input, plan, candidate, 0, measured.length === 0, options);
    if (!result) break;
    measured.push({ candidate, ...result });
    seconds = candidate.options.head === "mlp" ? getElapsed() - started : 0;
  }
  let repeats = 1;
  for (let longest = getElapsed(); repeats < plan.repeats; repeats++) {
    const started = getElapsed();
    if (started + longest > budget) break;
    const results: { probabilities: Matrix[]; trainAccuracies: number[] }[] = [];
    for (const { candidate } of measured) {
      const result = await runRepeat(input, plan, candidate, repeats, false, options);
      if (!result) break;
      results.push(result);
    }
    if (results.length < measured.length) break;
    for (const [i, { probabilities, trainAccuracies }] of results.entries()) {
      measured[i]!.probabilities.push(...probabilities);
      measured[i]!.trainAccuracies.push(...trainAccuracies);
    }
    longest = getElapsed() - started;
  }
  const total = 10 * budget;
  options.onProgress?.({ stage: "comparing heads", completed: total, total });
  return { measured, repeats };
}

/** Runs one repeat of one candidate; undefined if time ran out. */
async function runRepeat(
  { problem, labels, runner, budget, getElapsed }: HeadComparisonInput,
  plan: FoldPlan,
  { options: own }: HeadCandidate,
  repeat: number,
  isFirst: boolean,
  { signal, onProgress }: WorkOptions,
): Promise<{ probabilities: Matrix[]; trainAccuracies: number[] } | undefined> {
  const truth = problem.labels;
  const folds = plan.folds.filter((fold) => fold.repeat === repeat);
  const probabilities = createMatrix(truth.length, labels.length);
  const trainAccuracies = folds.map(() => 0);
  const all = [...truth.keys()];
  const keep = (predicted: Matrix, { train, test }: Fold, index: number): void => {
    const answers = getPredictions(predicted);
    if (plan.grouping === "speaker") correctPrior(predicted, truth, train);
    for (const row of test) getRow(probabilities, row).set(getRow(predicted, row));
    trainAccuracies[index] = train.filter((row) => answers[row] === truth[row]).length / train.length;
  };
  const fitPredict = async (train: readonly number[]): Promise<Matrix> => {
    const elapsed = getElapsed();
    if (!isFirst && elapsed > budget) throw timeIsUp;
    onProgress?.({
      stage: "comparing heads",
      completed: Math.min(10 * elapsed, 10 * budget - 1),
      total: 10 * budget,
    });
    return runner.fitPredict({ ...problem.options, ...own }, train, all);
  };
  const { concurrency } = runner;
  try {
    // Recordings of the training side are predicted too, for the training accuracy.
    const whole = folds.map((fold) => ({ ...fold, test: all }));
    await runFolds(
      {
        ...{ folds: whole, classes: labels, fitPredict, concurrency, stage: "comparing heads" },
        onPredicted: (predicted, _, index) => keep(predicted, folds[index]!, index),
      },
      { signal },
    );
  } catch (error) {
    if (error !== timeIsUp) throw error;
    throwIfAborted(signal);
    return undefined;
  }
  return { probabilities: [probabilities], trainAccuracies };
}

/** Computes the share of repeats in which each recording is classified correctly. */
export function computeCorrectness(probabilities: readonly Matrix[], truth: readonly number[]): number[] {
  const answers = probabilities.map(getPredictions);
  return truth.map(
    (label, row) => answers.filter((predicted) => predicted[row] === label).length / answers.length,
  );
}
