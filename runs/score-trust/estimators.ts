/** Estimators of the score on new speakers, from the same held-out recordings. */
import { createInlineRunner, type FitProblem, type FoldRunner } from "../../src/classifier/fold-runner.ts";
import { createRandom } from "../../src/core/random.ts";
import { correctPrior } from "../../src/evaluate/cross-validate.ts";
import { assignGroups } from "../../src/evaluate/group-folds.ts";
import { computeLearningGain } from "../../src/evaluate/learning-gain.ts";
import { getPredictions } from "../../src/evaluate/metrics.ts";
import type { Matrix } from "../../src/math/matrix.ts";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** A recording that a fold held out. */
export interface LeftOut {
  readonly label: number;
  readonly speaker: string;
  /** Ratio of all recordings to those used for training. */
  readonly growth: number;
  readonly isRight: boolean;
  /** Whether it is right with probabilities corrected for the class sizes of the training side. */
  readonly isRightCorrected: boolean;
}

/** Creates a runner that keeps the predictions of its folds. */
export function createKeepingRunner(problem: FitProblem, kept: LeftOut[]): FoldRunner {
  const runner = createInlineRunner(problem);
  return {
    ...runner,
    async fitPredict(train, test) {
      const predicted = await runner.fitPredict(train, test);
      kept.push(...judge(problem, train, test, predicted));
      return predicted;
    },
  };
}

function judge(
  { labels, groups = [], classes }: FitProblem,
  train: readonly number[],
  test: readonly number[],
  predicted: Matrix,
): LeftOut[] {
  const corrected = { ...predicted, data: predicted.data.slice() };
  correctPrior(corrected, labels, train);
  const plain = getPredictions(predicted);
  const right = getPredictions(corrected);
  if (predicted.columns !== classes) throw new Error("folds have other classes");
  return test.map((row, i) => ({
    ...{ label: labels[row]!, speaker: groups[row] ?? `${row}`, growth: labels.length / train.length },
    ...{ isRight: plain[i] === labels[row], isRightCorrected: right[i] === labels[row] },
  }));
}

/** Five folds by speaker, twice, predicted by a runner of the problem. */
export async function runFiveFolds(
  problem: FitProblem,
  runner: FoldRunner,
  seed: number,
): Promise<LeftOut[]> {
  const { labels } = problem;
  const groups = labels.map((_, row) => problem.groups?.[row] ?? row);
  const k = Math.min(5, new Set(groups).size);
  const kept: LeftOut[] = [];
  for (let repeat = 0; repeat < 2; repeat++) {
    const folds = assignGroups(labels, groups, k, createRandom(seed, repeat));
    for (let fold = 0; folds && fold < k; fold++) {
      const pick = (isTest: boolean) => [...labels.keys()].filter((row) => (folds[row] === fold) === isTest);
      kept.push(...judge(problem, pick(false), pick(true), await runner.fitPredict(pick(false), pick(true))));
    }
  }
  return kept;
}

/** Computes all estimates from the same held-out recordings. */
export function estimate(
  kept: readonly LeftOut[],
  five: readonly LeftOut[],
  classes: number,
  trainAccuracy: number,
) {
  const score = (
    rows: readonly LeftOut[],
    isRight: (row: LeftOut) => boolean,
    weigh: (row: LeftOut) => number = () => 1,
  ): number => {
    const sums = new Map<number, { right: number; all: number }>();
    for (const row of rows) {
      const sum = sums.get(row.label) ?? { right: 0, all: 0 };
      sum.all += weigh(row);
      if (isRight(row)) sum.right += weigh(row);
      sums.set(row.label, sum);
    }
    return mean([...sums.values()].map(({ right, all }) => right / all));
  };
  const growth = mean(kept.map((row) => row.growth));
  const raise = (value: number) => computeLearningGain(value, classes, growth);
  const plain = score(kept, (row) => row.isRight);
  const corrected = score(kept, (row) => row.isRightCorrected);
  const sizes = new Map<string, number>();
  for (const { speaker } of kept) sizes.set(speaker, (sizes.get(speaker) ?? 0) + 1);
  const hierarchical = (correlation: number) =>
    raise(
      score(
        kept,
        (row) => row.isRightCorrected,
        ({ speaker }) => 1 / (1 + (sizes.get(speaker)! - 1) * correlation),
      ),
    );
  return {
    fiveFolds: five.length > 0 ? score(five, (row) => row.isRight) : plain,
    plain,
    plainRaised: raise(plain),
    plain632: 0.368 * trainAccuracy + 0.632 * plain,
    corrected,
    corrected632: 0.368 * trainAccuracy + 0.632 * corrected,
    correctedRaised: raise(corrected),
    hierarchical10: hierarchical(0.1),
    hierarchical30: hierarchical(0.3),
  };
}
