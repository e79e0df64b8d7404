/**
 * The body of a fold worker: fits and predicts one fold after another.
 *
 * Not its concern: threads, pools.
 */
import { type FitProblem, type FoldCalls, fitPredictRows } from "../../classifier/fold-runner.ts";
import { serveWorker } from "./worker-service.ts";

serveWorker<FitProblem, FoldCalls>((problem) => ({
  methods: { fitPredict: ({ train, test, options }) => fitPredictRows(problem, train, test, options) },
}));
