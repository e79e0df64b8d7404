/**
 * One fold of cross-validation: fit a classifier on some rows, predict others. Where that happens is for the caller to say.
 *
 * Must not know: threads, how folds are made.
 */
import type { Matrix } from "../core/matrix.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { MatrixProduct } from "../head/matrix-product.ts";
import {
  type Classifier,
  type ClassifierOptions,
  fitClassifier,
  fitClassifierWithProduct,
} from "./classifier.ts";

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

/** Fits the classifier of a problem on some of its rows. */
function fitRows(problem: FitProblem, rows: readonly number[]): Classifier {
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
    fit: () => fitRows(problem, getAllRows(problem)),
    close: async () => {},
  };
}

/** Runs folds on this thread with the large matrix products left to an engine: for thousands of recordings. */
export function createProductRunner(
  problem: FitProblem,
  product: MatrixProduct & { dispose(): Promise<void> },
): FoldRunner {
  const { vectors, labels, classes, encoder, options } = problem;
  const fitSome = (rows: readonly number[]): Promise<Classifier> =>
    fitClassifierWithProduct(
      rows.map((row) => vectors[row]!),
      rows.map((row) => labels[row]!),
      classes,
      encoder,
      options,
      product,
    );
  return {
    concurrency: 1,
    fitPredict: async (train, test) =>
      (await fitSome(train)).computeProbabilities(test.map((row) => vectors[row]!)),
    fit: () => fitSome(getAllRows(problem)),
    close: () => product.dispose(),
  };
}

function getAllRows({ labels }: FitProblem): number[] {
  return labels.map((_, row) => row);
}
