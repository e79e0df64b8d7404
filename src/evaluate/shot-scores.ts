/**
 * Runs a shot plan, scores each of its levels, and computes the covariance of the scores.
 *
 * Not its concern: drawing training sides, the use of the scores.
 *
 * The last level is cross-validation; if that has been run, its predictions are used.
 */

import type { WorkOptions } from "../core/progress.ts";
import type { Matrix } from "../math/matrix.ts";
import { type CrossValidation, type CrossValidationInput, correctPrior, runFolds } from "./cross-validate.ts";
import { computeInterval, type Interval } from "./interval.ts";
import { getPredictions } from "./metrics.ts";
import type { ShotPlan } from "./shot-plan.ts";

/** Input of {@link computeShotScores}. */
interface ShotScoreInput
  extends Pick<CrossValidationInput, "labels" | "classes" | "groups" | "fitPredict" | "concurrency"> {
  readonly shotPlan: ShotPlan;
  /** If it was run on the same folds: the predictions of the last level. */
  readonly crossValidation?: CrossValidation | undefined;
  /** Class numbers that occur, ascending. */
  readonly occurring: readonly number[];
}

/** Scores of one level. */
interface ShotScore {
  /** Share of repeats in which each recording is right. */
  readonly correctness: readonly number[];
  /** Of the balanced accuracy; by speaker if groups were given. */
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

/** Counts the labels of each class that occurs. */
export function countLabels(labels: readonly number[], occurring: readonly number[]): number[] {
  return occurring.map((own) => labels.reduce((sum, label) => sum + Number(label === own), 0));
}

/** Runs all levels. Returns 1 for right and 0 for wrong: [level][repeat][recording]. */
async function runLevels(input: ShotScoreInput, options: WorkOptions): Promise<number[][][]> {
  const { labels, classes, fitPredict, concurrency, crossValidation } = input;
  const bySpeaker = input.groups !== undefined;
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
      onPredicted: (predicted, { repeat, train, test }, index) => {
        const { level } = jobs[index]!;
        if (bySpeaker) correctPrior(predicted, labels, train, levels[level]!.shots);
        mark(hits[level]![repeat]!, predicted, test);
      },
    },
    options,
  );
  return hits;
}

/** Input of {@link computeCurveCovariance}. */
interface CurveCovarianceInput {
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** Speaker of each recording if scores are by speaker; undefined entries are each their own group. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** The scores at each size. */
  readonly scores: readonly Pick<ShotScore, "correctness" | "interval" | "repeatAccuracies">[];
}

const quantile = 1.96;
const ownShare = 0.02;
const modelDeviation = 0.005;

/**
 * Computes the covariance matrix `[sizes][sizes]` of the levels' balanced accuracies; positive definite.
 *
 * The standard deviation is derived from the intervals (interval.ts), half the width over 1.96, so that few
 * recordings, unequal classes and few speakers have the same effect here. It is the mean over sizes, the same
 * for all: with unequal deviations and high correlations, least squares places the curve outside the range of
 * its points (Peelle's puzzle). Correlations are those of the recordings' (speakers') contributions: the same
 * recordings are tested at every size, so differences are known far better than levels. One additional
 * recording, with the same result at every size, keeps correlations defined if everything is right. Added to
 * the variances: that of the mean over repeats (other draws, other predictions), and (half a point)^2, since
 * no curve has exactly the shape of a model.
 */
export function computeCurveCovariance(input: CurveCovarianceInput): number[][] {
  const { truth, groups, scores } = input;
  const counts = new Map<number, number>();
  for (const label of truth) counts.set(label, (counts.get(label) ?? 0) + 1);
  const totals = new Map<string | number, number[]>();
  for (const [i, label] of truth.entries()) {
    const weight = 1 / (counts.size * counts.get(label)!);
    const key = groups?.[i] ?? i;
    const total = totals.get(key) ?? scores.map(() => 0);
    for (const [s, { correctness, interval }] of scores.entries()) {
      total[s]! += weight * (correctness[i]! - interval.estimate);
    }
    totals.set(key, total);
  }
  const contributions = [...totals.values(), scores.map(() => 0.5 / truth.length)];
  const multiply = (s: number, t: number): number =>
    contributions.reduce((sum, total) => sum + total[s]! * total[t]!, 0);
  const deviation =
    scores.reduce((sum, { interval }) => sum + (interval.high - interval.low) / (2 * quantile), 0) /
    scores.length;
  return scores.map(({ repeatAccuracies }, s) =>
    scores.map((_, t) => {
      if (s === t) return deviation ** 2 + computeMeanVariance(repeatAccuracies) + modelDeviation ** 2;
      const correlation = multiply(s, t) / Math.sqrt(multiply(s, s) * multiply(t, t));
      return (1 - ownShare) * correlation * deviation ** 2;
    }),
  );
}

/** Computes the variance of the mean of independent values; 0 for a single one. */
function computeMeanVariance(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n * (n - 1));
}
