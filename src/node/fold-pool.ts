/**
 * Runs the folds of cross-validation on all cores: this thread does its share, workers do the others. Every fold gives the
 * same numbers wherever it runs.
 *
 * Must not know: classifiers, how folds are made.
 */
import { availableParallelism } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import type { Matrix } from "../core/matrix.ts";
import { createInlineRunner, type FitProblem, type FoldRunner } from "../golem/fold-runner.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** Most workers besides this thread. */
const maximumWorkers = 7;
/** Folds a worker holds, so that it has work while this thread is busy with its own. */
const ahead = 3;

/** One fold for a worker. */
export interface FoldTask {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Heads whose folds take long enough for workers to pay: starting one costs as much as fifty folds of the others. */
const slowHeads: readonly unknown[] = ["linear", "mlp"];

/** Creates a runner: on all cores where that pays, else this thread alone. */
export function createFoldPool(problem: FitProblem, signal?: AbortSignal): FoldRunner {
  const inline = createInlineRunner(problem);
  const count = Math.min(availableParallelism() - 1, maximumWorkers);
  if (count === 0 || !slowHeads.includes(problem.options.head)) return inline;
  const pool = createWorkerPool<FoldTask, Matrix>({
    ...{ script: "fold-worker", settings: shareVectors(problem), count, ahead, signal },
  });
  return {
    concurrency: 1 + ahead * count,
    async fitPredict(train, test) {
      // What workers have answered meanwhile is heard before this thread goes back to work.
      await turn();
      return pool.getRoom() > 0 ? pool.run({ train, test }) : inline.fitPredict(train, test);
    },
    close: () => pool.close(),
  };
}

/** The same problem with its vectors in shared memory, so that workers need no copies of their own. */
function shareVectors(problem: FitProblem): FitProblem {
  const { vectors } = problem;
  const length = vectors[0]?.length ?? 0;
  const memory = new SharedArrayBuffer(vectors.length * length * Float32Array.BYTES_PER_ELEMENT);
  const shared = vectors.map((vector, row) => {
    const view = new Float32Array(memory, row * length * Float32Array.BYTES_PER_ELEMENT, length);
    view.set(vector);
    return view;
  });
  return { ...problem, vectors: shared };
}
