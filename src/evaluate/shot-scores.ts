/**
 * Runs a shot plan and scores each of its levels.
 *
 * Not its concern: how training sides were drawn, what follows from the scores.
 * The last level is cross-validation; where that has been run, its predictions are taken.
 */

import type { WorkOptions } from "../core/progress.ts";
import type { Matrix } from "../math/matrix.ts";
import { type CrossValidation, type CrossValidationInput, runFolds } from "./cross-validate.ts";
import { computeInterval, type Interval } from "./interval.ts";
import { getPredictions } from "./metrics.ts";
import type { ShotPlan } from "./shot-plan.ts";

/** What is run, and on what. */
export interface ShotScoreInput
  extends Pick<CrossValidationInput, "labels" | "classes" | "groups" | "fitPredict" | "concurrency"> {
  readonly shotPlan: ShotPlan;
  /** Where it was run on the same folds: the predictions of the last level. */
  readonly crossValidation?: CrossValidation | undefined;
  /** Class numbers that occur, ascending. */
  readonly occurring: readonly number[];
}

/** Scores of one level. */
export interface ShotScore {
  /** Share of repeats in which each recording is right. */
  readonly correctness: readonly number[];
  /** Of the balanced accuracy; by speaker when groups were given. */
  readonly interval: Interval;
  /** Mean correctness of each class that occurs. */
  readonly recalls: readonly number[];
  /** Balanced accuracy of each repeat. */
  readonly repeatAccuracies: readonly number[];
}

/** Scores every level of the plan, in its order. Progress counts trainings. Errors: those of `runFolds`. */
export async function computeShotScores(input: ShotScoreInput, options: WorkOptions): Promise<ShotScore[]> {
  const { labels, groups, occurring } = input;
  const sizes = countLabels(labels, occurring);
  const computeRecalls = (right: ArrayLike<number>): number[] =>
    occurring.map(
      (own, c) => labels.reduce((sum, label, row) => sum + (label === own ? right[row]! : 0), 0) / sizes[c]!,
    );
  const hits = await runLevels(input, options);
  return hits.map((repeats) => {
    const correctness = labels.map(
      (_, row) => repeats.reduce((sum, right) => sum + right[row]!, 0) / repeats.length,
    );
    return {
      correctness,
      interval: computeInterval({ truth: labels, correctness, groups }),
      recalls: computeRecalls(correctness),
      repeatAccuracies: repeats.map((right) => {
        const recalls = computeRecalls(right);
        return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
      }),
    };
  });
}

/** How many of the labels are of each class that occurs. */
export function countLabels(labels: readonly number[], occurring: readonly number[]): number[] {
  return occurring.map((own) => labels.reduce((sum, label) => sum + Number(label === own), 0));
}

/** Right (1) and wrong (0): [level][repeat][recording]. */
async function runLevels(input: ShotScoreInput, options: WorkOptions): Promise<number[][][]> {
  const { labels, classes, fitPredict, concurrency, crossValidation } = input;
  const { levels, repeats } = input.shotPlan;
  const mark = (hits: number[], probabilities: Matrix, rows: readonly number[]): number[] => {
    for (const [i, label] of getPredictions(probabilities).entries()) {
      hits[rows[i]!] = Number(label === labels[rows[i]!]);
    }
    return hits;
  };
  const createHits = (): number[] => labels.map(() => 0);
  const hits = levels.map(() => Array.from({ length: repeats }, createHits));
  if (crossValidation) {
    const rows = [...labels.keys()];
    hits[levels.length - 1] = crossValidation.probabilities.map((matrix) => mark(createHits(), matrix, rows));
  }
  const jobs = levels
    .slice(0, crossValidation ? -1 : undefined)
    .flatMap(({ folds }, level) => folds.map((fold) => ({ level, fold })));
  await runFolds(
    {
      folds: jobs.map(({ fold }) => fold),
      classes,
      fitPredict,
      ...(concurrency === undefined ? {} : { concurrency }),
      stage: "measuring the learning curve",
      onPredicted: (predicted, { repeat, test }, index) => {
        mark(hits[jobs[index]!.level]![repeat]!, predicted, test);
      },
    },
    options,
  );
  return hits;
}
