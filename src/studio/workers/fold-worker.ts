/**
 * A worker that fits and predicts folds of the problem it was last given.
 *
 * Not its concern: what the folds are for.
 */

import type { ClassifierOptions } from "../../classifier/classifier.ts";
import { type FitProblem, fitPredictRows } from "../../classifier/fold-runner.ts";
import type { Matrix } from "../../math/matrix.ts";
import { answerCalls } from "./messages.ts";

/** What this worker can be asked. */
export type FoldCalls = {
  /** Takes a problem in the place of the one it had. */
  open: { argument: { id: number; problem: FitProblem }; answer: null };
  /** Probabilities [test rows, classes]. */
  fit: {
    argument: {
      id: number;
      train: readonly number[];
      test: readonly number[];
      options: ClassifierOptions | undefined;
    };
    answer: Matrix;
  };
};

let current: { id: number; problem: FitProblem } | undefined;

answerCalls<FoldCalls>({
  open: (argument) => {
    current = argument;
    return null;
  },
  fit: ({ id, train, test, options }) => {
    if (current?.id !== id) throw new Error("The problem was replaced by another.");
    return fitPredictRows(current.problem, train, test, options);
  },
});
