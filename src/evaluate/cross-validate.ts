/**
 * Cross-validation of anything that can be fitted: out-of-fold probabilities for every recording, once a repeat.
 *
 * Must not know: features, heads, scores. It hands out row numbers only; everything chosen on data (layer, penalty,
 * early stopping, standardisation) has to happen inside `fitPredict`, on the training rows it is given.
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import { createMatrix, getRow, type Matrix } from "../core/matrix.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createFolds, type Fold, type FoldInput, type FoldPlan } from "./folds.ts";

/**
 * Fits on the training rows and returns probabilities `[test rows, classes]` for the test rows, in their order. Must look at
 * the labels of training rows only.
 */
export type FitPredict = (
  train: readonly number[],
  test: readonly number[],
  fold: Fold & { readonly index: number },
) => Matrix | Promise<Matrix>;

/** What is cross-validated; the rest of it says how the folds are made. */
export interface CrossValidationInput extends Omit<FoldInput, "classes"> {
  /** Names of the classes; probabilities have one column each. */
  readonly classes: readonly string[];
  readonly fitPredict: FitPredict;
  /** Folds that may be at work at once, default 1; more pay where `fitPredict` leaves this thread. */
  readonly concurrency?: number;
}

/** Folds and what was predicted for the recordings each of them left out. */
export interface CrossValidation extends FoldPlan {
  /** One matrix `[recordings, classes]` a repeat; each row was predicted by a model that had not seen the recording. */
  readonly probabilities: readonly Matrix[];
}

/**
 * Runs all folds. Progress counts folds. Errors: those of `createFolds`, `invalid-shape` when
 * `fitPredict` returns something else than probabilities, `aborted`.
 */
export async function crossValidate(
  input: CrossValidationInput,
  { signal, onProgress }: WorkOptions = {},
): Promise<CrossValidation> {
  const { labels, classes, fitPredict, concurrency = 1 } = input;
  const plan = createFolds(input);
  const probabilities = Array.from({ length: plan.repeats }, () =>
    createMatrix(labels.length, classes.length),
  );
  let next = 0;
  let completed = 0;
  const work = async (): Promise<void> => {
    while (next < plan.folds.length) {
      const index = next++;
      const fold = plan.folds[index]!;
      // Once a repeat, let the event loop turn, so that an interruption can arrive while fitPredict is synchronous.
      if (index % plan.k === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfAborted(signal);
      onProgress?.({ stage: "cross-validating", completed, total: plan.folds.length });
      const predicted = await fitPredict(fold.train, fold.test, { ...fold, index });
      checkProbabilities(predicted, fold, classes.length);
      for (const [i, row] of fold.test.entries()) {
        getRow(probabilities[fold.repeat]!, row).set(getRow(predicted, i));
      }
      completed++;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  throwIfAborted(signal);
  onProgress?.({ stage: "cross-validating", completed: plan.folds.length, total: plan.folds.length });
  return { ...plan, probabilities };
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
