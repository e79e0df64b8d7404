/**
 * A worker that fits and predicts folds of the problem it was last given.
 *
 * Not its concern: what the folds are for.
 */
import { type FitProblem, type FoldTask, fitPredictRows } from "../../classifier/fold-runner.ts";
import type { Matrix } from "../../math/matrix.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";

/** The methods of this worker. */
export type FoldCalls = {
  /** Sets the problem; it replaces the one before. */
  open: { argument: { readonly id: number; readonly problem: FitProblem }; answer: null };
  /** Probabilities [test rows, classes] for a fold of problem `id`. */
  fitPredict: { argument: FoldTask & { readonly id: number }; answer: Matrix };
};

let current: { readonly id: number; readonly problem: FitProblem } | undefined;

serveWorkerCalls<FoldCalls>({
  open: (argument) => {
    current = argument;
    return null;
  },
  fitPredict: ({ id, train, test, options }) => {
    if (current?.id !== id) throw new Error("The problem was replaced by another.");
    return fitPredictRows(current.problem, train, test, options);
  },
});
