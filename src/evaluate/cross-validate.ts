/**
 * Cross-validation of anything that can be fitted: out-of-fold probabilities for every recording, once per
 * repeat.
 *
 * Not its concern: features, heads, scores. It passes row numbers only; everything chosen on data (layer,
 * penalty, early stopping, standardisation) has to happen inside `fitPredict`, on the training rows it is
 * given.
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { createFolds, type Fold, type FoldInput, type FoldPlan } from "./folds.ts";

/**
 * Fits on the training rows and returns probabilities `[test rows, classes]` for the test rows, in their
 * order. Must look at the labels of training rows only.
 */
export type FitPredict = (
  train: readonly number[],
  test: readonly number[],
  fold: Fold & { readonly index: number },
) => Matrix | Promise<Matrix>;

/** What is cross-validated, and how the folds are made. */
export interface CrossValidationInput extends Omit<FoldInput, "classes"> {
  /** Names of the classes; probabilities have one column each. */
  readonly classes: readonly string[];
  readonly fitPredict: FitPredict;
  /** Folds that may run at once, default 1; more help where `fitPredict` works in other threads. */
  readonly concurrency?: number;
}

/** Folds, and the predictions for the recordings that each of them left out. */
export interface CrossValidation extends FoldPlan {
  /**
   * One matrix `[recordings, classes]` per repeat; each row was predicted by a model not trained on the
   * recording.
   */
  readonly probabilities: readonly Matrix[];
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
  const keep = (predicted: Matrix, { repeat, test }: Fold): void => {
    for (const [i, row] of test.entries()) getRow(probabilities[repeat]!, row).set(getRow(predicted, i));
  };
  await runFolds({ ...input, folds: plan.folds, stage: "cross-validating", onPredicted: keep }, options);
  return { ...plan, probabilities };
}

/** Folds to run, and what happens with the predictions of each. */
export interface FoldRun extends Pick<CrossValidationInput, "classes" | "fitPredict" | "concurrency"> {
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
      // Let the event loop turn now and then, so that an abort can arrive while fitPredict is synchronous.
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
