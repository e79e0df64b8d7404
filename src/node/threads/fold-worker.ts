/**
 * The body of a fold worker: fits and predicts folds one after another, and judges sounds of classes left
 * out.
 *
 * Not its concern: threads, pools.
 */
import { type FitProblem, fitPredictRows } from "../../classifier/fold-runner.ts";
import { judgeLeftOut } from "../../classifier/novelty/left-out-classes.ts";
import type { NodeFoldCalls } from "./fold-runner-node.ts";
import { serveWorker } from "./worker-service.ts";

serveWorker<FitProblem, NodeFoldCalls>((problem) => ({
  methods: {
    fitPredict: ({ train, test, options }) => fitPredictRows(problem, train, test, options),
    judgeLeftOut: (task) => judgeLeftOut(problem, task),
  },
}));
