/**
 * Folds on all cores: workers beside the one that learns, started once and kept.
 *
 * Not its concern: classifiers, how folds are made.
 */

import type { ClassifierOptions } from "../../classifier/classifier.ts";
import {
  type CandidateRunner,
  createInlineRunner,
  type FitProblem,
  type FoldRunner,
  fitPredictRows,
} from "../../classifier/fold-runner.ts";
import type { Matrix } from "../../math/matrix.ts";
import type { FoldCalls } from "./fold-worker.ts";
import { type Caller, createCaller } from "./messages.ts";

/** Most workers besides this thread. */
const maximumWorkers = 3;
/** Folds a worker holds, so that it has work while this thread is busy with its own. */
const ahead = 3;

/** Workers that take folds. */
export interface FoldCrew {
  /** Folds of one way to fit. */
  run(problem: FitProblem): FoldRunner;
  /** Folds of several ways to fit. */
  compare(problem: FitProblem): CandidateRunner;
}

/** Gathers the crew: a worker for each core but this thread's and one for the page. */
export function createFoldCrew(): FoldCrew {
  const count = Math.max(1, Math.min(maximumWorkers, navigator.hardwareConcurrency - 1));
  let workers: Caller<FoldCalls>[] | undefined;
  let problems = 0;
  const open = (problem: FitProblem) => {
    workers ??= Array.from({ length: count }, () =>
      createCaller<FoldCalls>(new Worker(new URL("./fold-worker.ts", import.meta.url), { type: "module" })),
    );
    const id = ++problems;
    const all = workers;
    // Nobody has to wait for it: a worker answers in the order in which it is asked.
    for (const worker of all) void worker.call("open", { id, problem });
    const free = Array.from({ length: ahead }, () => all).flat();
    return {
      concurrency: 1 + free.length,
      async fitPredict(
        train: readonly number[],
        test: readonly number[],
        options?: ClassifierOptions,
      ): Promise<Matrix> {
        // What workers have answered meanwhile is heard before this thread goes back to work.
        await turn();
        const worker = free.pop();
        if (!worker) return fitPredictRows(problem, train, test, options);
        try {
          return await worker.call("fit", { id, train, test, options });
        } finally {
          free.push(worker);
        }
      },
    };
  };
  return {
    run(problem) {
      const { concurrency, fitPredict } = open(problem);
      const inline = createInlineRunner(problem);
      return {
        concurrency,
        fitPredict: (train, test) => fitPredict(train, test),
        fit: () => inline.fit(),
        close: async () => {},
      };
    },
    compare(problem) {
      const { concurrency, fitPredict } = open(problem);
      return {
        concurrency,
        fitPredict: (options, train, test) => fitPredict(train, test, options),
        close: async () => {},
      };
    },
  };
}

/** Lets messages in. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
