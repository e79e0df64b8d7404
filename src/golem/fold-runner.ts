/**
 * One fold of cross-validation: fit a classifier on some rows, predict others. Where that happens is for the caller to say.
 *
 * Must not know: threads, how folds are made.
 */
import type { Matrix } from "../core/matrix.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import { type Classifier, type ClassifierOptions, fitClassifier } from "./classifier.ts";

/** Everything that the classifiers of all folds have in common; plain data. */
export interface FitProblem {
  /** [layers, 2 x dimensions] of each recording. */
  readonly vectors: readonly Float32Array[];
  /** Class of each recording, 0 .. classes - 1. */
  readonly labels: readonly number[];
  readonly classes: number;
  readonly encoder: EncoderInfo;
  readonly options: ClassifierOptions;
}

/** Runs folds. */
export interface FoldRunner {
  /** Folds worth having at work at once. */
  readonly concurrency: number;
  /** Probabilities [test rows, classes] of a classifier fitted on the training rows alone. */
  fitPredict(train: readonly number[], test: readonly number[]): Matrix | Promise<Matrix>;
  close(): Promise<void>;
}

/** Fits the classifier of a problem on some of its rows. */
export function fitRows(problem: FitProblem, rows: readonly number[]): Classifier {
  const { vectors, labels, classes, encoder, options } = problem;
  return fitClassifier(
    rows.map((row) => vectors[row]!),
    rows.map((row) => labels[row]!),
    classes,
    encoder,
    options,
  );
}

/** Fits on the training rows and predicts the test rows: probabilities [test rows, classes]. */
export function fitPredictRows(
  problem: FitProblem,
  train: readonly number[],
  test: readonly number[],
): Matrix {
  return fitRows(problem, train).computeProbabilities(test.map((row) => problem.vectors[row]!));
}

/** Runs folds on this thread, one after the other. */
export function createInlineRunner(problem: FitProblem): FoldRunner {
  return {
    concurrency: 1,
    fitPredict: (train, test) => fitPredictRows(problem, train, test),
    close: async () => {},
  };
}
