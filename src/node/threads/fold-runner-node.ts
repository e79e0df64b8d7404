/**
 * Runs the folds of cross-validation on all cores: this thread does its share, workers do the others. Every fold gives the
 * same numbers wherever it runs.
 *
 * Not its concern: classifiers, how folds are made.
 */
import { availableParallelism } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { type ClassifierOptions, isFused, isHeadChosen } from "../../classifier/classifier.ts";
import {
  type CandidateRunner,
  createInlineRunner,
  createProductRunner,
  type FitProblem,
  type FoldRunner,
  fitPredictRows,
} from "../../classifier/fold-runner.ts";
import type { Matrix } from "../../math/matrix.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";
import { createOrtMatrixProduct } from "../models/ort-matrix-product.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

/** Most workers besides this thread. */
const maximumWorkers = 7;
/** Folds a worker holds, so that it has work while this thread is busy with its own. */
const ahead = 3;

/** One fold for a worker. */
export interface FoldTask {
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** Where they are not the problem's. */
  readonly options?: ClassifierOptions;
}

/** Heads whose folds take long enough for workers to pay: starting one costs as much as fifty folds of the other single heads. */
const slowHeads: readonly unknown[] = ["linear", "mlp"];

/** Numbers in all that were heard from which workers pay where all views are pooled. */
const manyNumbers = 1e5;

/** Numbers in the training matrix from which ONNX Runtime multiplies faster than loops, start included. */
const largeMatrix = 1e6;

/** Creates a runner: with ONNX Runtime for thousands of recordings, on all cores where that pays, else this thread alone. */
export async function createFoldRunner(problem: FitProblem, signal?: AbortSignal): Promise<FoldRunner> {
  const { embeddings, encoderSet, options } = problem;
  const { head, layer = "auto" } = options;
  const numbers = embeddings.length * 2 * (encoderSet.encoders[0]?.dimensions ?? 0);
  const isLogistic = head === "logistic" || (head === undefined && layer !== "auto");
  if (isLogistic && numbers >= largeMatrix) {
    const runtime = createNodeOnnxRuntime({ threads: availableParallelism() });
    return createProductRunner(problem, await createOrtMatrixProduct(runtime));
  }
  return createFoldPool(problem, signal);
}

function createFoldPool(problem: FitProblem, signal?: AbortSignal): FoldRunner {
  const inline = createInlineRunner(problem);
  const count = Math.min(availableParallelism() - 1, maximumWorkers);
  const { options } = problem;
  const isSlow =
    slowHeads.includes(options.head) ||
    isHeadChosen(options) ||
    (isFused(options) && countNumbers(problem) >= manyNumbers);
  if (count === 0 || !isSlow) return inline;
  const pool = createFoldWorkers(problem, count, ahead, signal);
  return {
    concurrency: 1 + ahead * count,
    async fitPredict(train, test) {
      // What workers have answered meanwhile is heard before this thread goes back to work.
      await turn();
      return pool.getRoom() > 0 ? pool.run({ train, test }) : inline.fitPredict(train, test);
    },
    fit: () => inline.fit(),
    close: () => pool.close(),
  };
}

function countNumbers({ embeddings }: FitProblem): number {
  const all = embeddings.flatMap(({ vectors, decoded = [] }) => [...vectors, ...decoded]);
  return all.reduce((sum, { length }) => sum + length, 0);
}

/** Creates a runner for several ways to fit, some of which are slow: on all cores, and no worker holds more than one fold. */
export function createCandidateRunner(problem: FitProblem, signal?: AbortSignal): CandidateRunner {
  const count = Math.min(availableParallelism() - 1, maximumWorkers);
  const pool = count === 0 ? undefined : createFoldWorkers(problem, count, 1, signal);
  return {
    concurrency: 1 + count,
    async fitPredict(options, train, test) {
      await turn();
      if (pool && pool.getRoom() > 0) return pool.run({ train, test, options });
      return fitPredictRows(problem, train, test, options);
    },
    close: async () => pool?.close(),
  };
}

function createFoldWorkers(
  problem: FitProblem,
  count: number,
  ahead: number,
  signal?: AbortSignal,
): WorkerPool<FoldTask, Matrix> {
  return createWorkerPool({
    ...{ script: "fold-worker", settings: shareVectors(problem), count, ahead, signal },
  });
}

/** The same problem with its vectors in shared memory, so that workers need no copies of their own. */
function shareVectors(problem: FitProblem): FitProblem {
  const memory = new SharedArrayBuffer(countNumbers(problem) * Float32Array.BYTES_PER_ELEMENT);
  let start = 0;
  const share = (vector: Float32Array): Float32Array => {
    const shared = new Float32Array(memory, start, vector.length);
    shared.set(vector);
    start += vector.byteLength;
    return shared;
  };
  return {
    ...problem,
    embeddings: problem.embeddings.map(({ vectors, decoded, ...embeddings }) => ({
      ...embeddings,
      vectors: vectors.map(share),
      ...(decoded ? { decoded: decoded.map(share) } : {}),
    })),
  };
}
