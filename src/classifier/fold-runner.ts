/**
 * One fold of cross-validation: fit a classifier on some rows, predict others. Where that happens is for the caller to say.
 *
 * Not its concern: threads, how folds are made.
 */

import type { MatrixProduct } from "../head/matrix-product.ts";
import type { Matrix } from "../math/matrix.ts";
import {
  type Classifier,
  type ClassifierOptions,
  fitClassifier,
  fitClassifierWithProduct,
} from "./classifier.ts";
import { type LabelledRows, pickLabelledRows } from "./labelled-rows.ts";
import type { EncoderSetInfo } from "./view.ts";

/** Everything that the classifiers of all folds have in common; plain data. */
export interface FitProblem extends LabelledRows {
  readonly encoderSet: EncoderSetInfo;
  readonly options: ClassifierOptions;
}

/** Runs folds, and the fit on everything that follows them. */
export interface FoldRunner {
  /** Folds worth having at work at once. */
  readonly concurrency: number;
  /** Probabilities [test rows, classes] of a classifier fitted on the training rows alone. */
  fitPredict(train: readonly number[], test: readonly number[]): Matrix | Promise<Matrix>;
  /** The classifier fitted on all rows. */
  fit(): Classifier | Promise<Classifier>;
  close(): Promise<void>;
}

/** Runs folds of several ways to fit. */
export interface CandidateRunner extends Pick<FoldRunner, "concurrency" | "close"> {
  /** As `FoldRunner.fitPredict`, with options in the place of the problem's. */
  fitPredict(
    options: ClassifierOptions,
    train: readonly number[],
    test: readonly number[],
  ): Matrix | Promise<Matrix>;
}

/** Fits on the training rows and predicts the test rows: probabilities [test rows, classes]. */
export function fitPredictRows(
  problem: FitProblem,
  train: readonly number[],
  test: readonly number[],
  options: ClassifierOptions = problem.options,
): Matrix {
  const { encoderSet } = problem;
  const classifier = fitClassifier(pickLabelledRows(problem, train), encoderSet, options);
  return classifier.computeProbabilities(test.map((row) => problem.embeddings[row]!));
}

/** Runs folds on this thread, one after the other. */
export function createInlineRunner(problem: FitProblem): FoldRunner {
  return {
    concurrency: 1,
    fitPredict: (train, test) => fitPredictRows(problem, train, test),
    fit: () => fitClassifier(problem, problem.encoderSet, problem.options),
    close: async () => {},
  };
}

/** Runs folds on this thread with the large matrix products left to an engine: for thousands of recordings. */
export function createProductRunner(
  problem: FitProblem,
  product: MatrixProduct & { dispose(): Promise<void> },
): FoldRunner {
  const { embeddings, encoderSet, options } = problem;
  return {
    concurrency: 1,
    async fitPredict(train, test) {
      const rows = pickLabelledRows(problem, train);
      const classifier = await fitClassifierWithProduct(rows, encoderSet, options, product);
      return classifier.computeProbabilities(test.map((row) => embeddings[row]!));
    },
    fit: () => fitClassifierWithProduct(problem, encoderSet, options, product),
    close: () => product.dispose(),
  };
}
