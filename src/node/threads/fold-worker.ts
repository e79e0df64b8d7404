/**
 * The body of a fold worker: fits and predicts one fold after another.
 *
 * Not its concern: threads, pools.
 */
import { type FitProblem, fitPredictRows } from "../../classifier/fold-runner.ts";
import type { FoldTask } from "./fold-runner-node.ts";
import { serveTasks } from "./worker-service.ts";

await serveTasks((problem: FitProblem) => ({
  work: ({ train, test, options }: FoldTask) => fitPredictRows(problem, train, test, options),
  dispose: async () => {},
}));
