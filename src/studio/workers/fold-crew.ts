/**
 * Folds of cross-validation in the studio: on workers beside the learning one, started once and kept.
 *
 * Not its concern: classifiers, how folds are made and shared out (classifier/fold-runner.ts).
 */
import {
  type CandidateRunner,
  createCandidateRunner,
  createFoldRunner,
  type FitProblem,
  type FoldEnvironment,
  type FoldRunner,
} from "../../classifier/fold-runner.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { takeTurn } from "../../web/event-turn.ts";
import { createWorkerCaller } from "../../web/worker-calls.ts";
import type { FoldCalls } from "./fold-worker.ts";

/** Most workers besides this thread. */
const maximumWorkers = 3;

/** Runs folds on workers that are kept. */
export interface FoldCrew {
  /** Folds of one way to fit. */
  run(problem: FitProblem): FoldRunner;
  /** Folds of several ways to fit. */
  compare(problem: FitProblem): CandidateRunner;
}

/** Creates the crew: a worker per core but this thread's. They start with the first problem. */
export function createFoldCrew(): FoldCrew {
  const count = Math.max(1, Math.min(maximumWorkers, navigator.hardwareConcurrency - 1));
  let workers: Caller<FoldCalls>[] | undefined;
  let problems = 0;
  const environment: FoldEnvironment = {
    ...{ workers: count, ahead: 3, candidatesAhead: 3, keepsWorkers: true, takeTurn },
    openWorkers(problem, ahead) {
      workers ??= Array.from({ length: count }, () =>
        createWorkerCaller<FoldCalls>(
          new Worker(new URL("./fold-worker.ts", import.meta.url), { type: "module" }),
        ),
      );
      const all = workers;
      const id = ++problems;
      // No need to wait: a worker runs its calls in order.
      for (const worker of all) worker.call("open", { id, problem }).catch(() => {});
      const free = Array.from({ length: ahead }, () => all).flat();
      return {
        getRoom: () => free.length,
        async run(fold) {
          const worker = free.pop()!;
          try {
            return await worker.call("fitPredict", { ...fold, id });
          } finally {
            free.push(worker);
          }
        },
        close: async () => {},
      };
    },
  };
  return {
    run: (problem) => createFoldRunner(problem, environment),
    compare: (problem) => createCandidateRunner(problem, environment),
  };
}
