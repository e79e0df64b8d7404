/**
 * Cross-validation of anything that can be fitted: out-of-fold probabilities for every recording, once per
 * repeat.
 *
 * Not its concern: features, heads, scores.
 *
 * It passes row numbers only; everything chosen on data (layer, penalty, early stopping, standardisation)
 * must be chosen inside `fitPredict`, on its training rows.
 *
 * Leaving out a speaker reduces the training recordings most for the very classes that are then tested, and a
 * head is biased against classes with few recordings. Folds by speaker therefore multiply each probability by
 * (recordings of the class / those on the training side) squared and normalise: the correction for a changed
 * class prior (Saerens et al., Neural Computation 2002), squared since the few rows of a class also shrink
 * its outputs. On 400 real draws the mean error of the score fell from .123 to .055, together with the
 * correction in evaluate.ts (runs/results/score-trust.md).
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { createFolds, type Fold, type FoldInput, type FoldPlan } from "./folds.ts";

/**
 * Fits on the training rows and returns probabilities `[test rows, classes]` for the test rows, in their
 * order. Must use the labels of training rows only.
 */
export type FitPredict = (
  train: readonly number[],
  test: readonly number[],
  fold: Fold & { readonly index: number },
) => Matrix | Promise<Matrix>;

/** Input of cross-validation. */
export interface CrossValidationInput extends Omit<FoldInput, "classes"> {
  /** Names of the classes; probabilities have one column each. */
  readonly classes: readonly string[];
  readonly fitPredict: FitPredict;
  /** Called with all folds before the first is run. */
  readonly prepare?: ((folds: readonly Fold[], options: WorkOptions) => Promise<void>) | undefined;
  /** Number of rows in no fold but in every training side of folds not by speaker; default 0. */
  readonly others?: number | undefined;
  /** Number of folds that may run at once, default 1; more if `fitPredict` uses other threads. */
  readonly concurrency?: number;
}

/** Folds, and the predictions for the recordings that each fold left out. */
export interface CrossValidation extends FoldPlan {
  /** One matrix `[recordings, classes]` per repeat; each row is by a model not trained on it. */
  readonly probabilities: readonly Matrix[];
  /** Ratio of all recordings to those trained on, mean over predictions, at least 1. */
  readonly growth: number;
}

/** Folds between turns of the event loop. */
const foldsBetweenTurns = 5;

/**
 * Runs all folds. Progress counts folds. Errors: those of `createFolds`, `invalid-shape` when
 * `fitPredict` returns anything other than probabilities, `aborted`.
 */
export async function crossValidate(
  input: CrossValidationInput,
  options: WorkOptions = {},
): Promise<CrossValidation> {
  const { labels, classes } = input;
  const plan = createFolds(input);
  const probabilities = Array.from({ length: plan.repeats }, () =>
    createMatrix(labels.length, classes.length),
  );
  await input.prepare?.(plan.folds, options);
  const keep = (predicted: Matrix, fold: Fold): void => {
    const { repeat, test } = fold;
    if (plan.grouping === "speaker") correctPrior(predicted, labels, fold.train);
    for (const [i, row] of test.entries()) getRow(probabilities[repeat]!, row).set(getRow(predicted, i));
  };
  await runFolds({ ...input, folds: plan.folds, stage: "cross-validating", onPredicted: keep }, options);
  return {
    ...plan,
    probabilities,
    growth: computeGrowth(plan, plan.grouping === "speaker" ? 0 : input.others),
  };
}

/**
 * Computes the ratio of all recordings to those trained on, mean over the predictions of a plan, at least 1;
 * `others` are on every training side.
 */
export function computeGrowth({ folds }: Pick<FoldPlan, "folds">, others = 0): number {
  let growth = 0;
  let predictions = 0;
  for (const { train, test } of folds) {
    growth += test.length * (1 + test.length / (train.length + others));
    predictions += test.length;
  }
  return growth / predictions;
}

/**
 * Replaces the class sizes of a training side by those of all recordings, of each class at most `shots`, in
 * probabilities [rows, classes], in place; for folds by speaker (see the header).
 */
export function correctPrior(
  predicted: Matrix,
  labels: readonly number[],
  train: readonly number[],
  shots = Number.POSITIVE_INFINITY,
): void {
  const ratios = new Array<number>(predicted.columns).fill(0);
  for (const label of labels) ratios[label] = Math.min(shots, ratios[label]! + 1);
  const trained = new Array<number>(predicted.columns).fill(0);
  for (const row of train) trained[labels[row]!]!++;
  for (const [k, count] of trained.entries()) {
    ratios[k] = ratios[k] === 0 ? 1 : (ratios[k]! / Math.max(1, count)) ** 2;
  }
  for (let row = 0; row < predicted.rows; row++) {
    const values = getRow(predicted, row);
    let sum = 0;
    for (let k = 0; k < values.length; k++) {
      values[k]! *= ratios[k]!;
      sum += values[k]!;
    }
    for (let k = 0; k < values.length; k++) values[k]! /= sum;
  }
}

/** Folds to run, and the function that receives the predictions of each. */
interface FoldRun extends Pick<CrossValidationInput, "classes" | "fitPredict" | "concurrency"> {
  readonly folds: readonly Fold[];
  /** Name of the work, for progress. */
  readonly stage: string;
  /** Called once per fold, in no particular order; `index` is the fold's index in `folds`. */
  onPredicted(predicted: Matrix, fold: Fold, index: number): void;
}

/**
 * Runs folds of any kind, checking what each returns. Progress counts folds. Errors: `invalid-shape`,
 * `aborted`, those of `fitPredict`.
 */
export async function runFolds(
  { folds, classes, fitPredict, concurrency = 1, stage, onPredicted }: FoldRun,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  let next = 0;
  let completed = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < folds.length && !failed) {
      const index = next++;
      const fold = folds[index]!;
      // Yield to the event loop regularly, so that an abort can arrive while fitPredict is synchronous.
      if (index % foldsBetweenTurns === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfAborted(signal);
      onProgress?.({ stage, completed, total: folds.length });
      const predicted = await Promise.resolve(fitPredict(fold.train, fold.test, { ...fold, index })).catch(
        (error: unknown) => {
          failed = true;
          throw error;
        },
      );
      checkProbabilities(predicted, fold, classes.length);
      onPredicted(predicted, fold, index);
      completed++;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  throwIfAborted(signal);
  onProgress?.({ stage, completed: folds.length, total: folds.length });
}

function checkProbabilities(predicted: Matrix, fold: Fold, classes: number): void {
  if (predicted.rows !== fold.test.length || predicted.columns !== classes) {
    throw new GolemError(
      "invalid-shape",
      `A fold returned ${predicted.rows} x ${predicted.columns} probabilities; expected ${fold.test.length} x ${classes}.`,
    );
  }
  const bad = predicted.data.find((value) => !(value >= 0 && value <= 1.0001));
  if (bad !== undefined) {
    throw new GolemError(
      "invalid-shape",
      `A fold returned ${bad} as a probability; expected a number from 0 to 1.`,
    );
  }
}
