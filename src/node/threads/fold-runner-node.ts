/**
 * Folds of cross-validation in Node: on worker threads, and with ONNX Runtime for thousands of recordings.
 *
 * Not its concern: which problems are worth workers (classifier/fold-runner.ts), classifiers, how folds are
 * made.
 */
import { availableParallelism } from "node:os";
import { setImmediate as takeTurn } from "node:timers/promises";
import { resolveHead } from "../../classifier/classifier.ts";
import {
  type CandidateRunner,
  countNumbers,
  createProductRunner,
  type FitProblem,
  type FoldCalls,
  type FoldEnvironment,
  type FoldRunner,
  createCandidateRunner as shareCandidates,
  createFoldRunner as shareFolds,
} from "../../classifier/fold-runner.ts";
import type { LeftOutAnswer, LeftOutTask } from "../../classifier/novelty/left-out-classes.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";
import { createOrtMatrixProduct } from "../models/ort-matrix-product.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** The methods of a worker that has its problem. */
export type NodeFoldCalls = FoldCalls & { judgeLeftOut: { argument: LeftOutTask; answer: LeftOutAnswer } };

/** Maximum number of workers besides this thread. */
const maximumWorkers = 7;

/** Minimum size of the training matrix for which ONNX Runtime, including its start, is faster than loops. */
const largeMatrix = 1e6;

const threads: FoldEnvironment = {
  workers: Math.min(availableParallelism() - 1, maximumWorkers),
  ahead: 3,
  candidatesAhead: 1,
  keepsWorkers: false,
  takeTurn: () => takeTurn(),
  openWorkers(problem, ahead, signal) {
    const pool = createWorkerPool<NodeFoldCalls>({
      ...{ script: "fold-worker", settings: shareVectors(problem), count: threads.workers, ahead, signal },
    });
    return {
      ...{ getRoom: pool.getRoom, close: pool.close },
      run: (fold) => pool.run("fitPredict", fold),
      judge: (task) => pool.run("judgeLeftOut", task),
    };
  },
};

/**
 * Creates a runner: with ONNX Runtime for thousands of recordings, on all cores if that is faster, else on
 * this thread alone.
 */
export async function createFoldRunner(problem: FitProblem, signal?: AbortSignal): Promise<FoldRunner> {
  const { embeddings, encoderSet, options } = problem;
  const numbers = embeddings.length * 2 * (encoderSet.encoders[0]?.dimensions ?? 0);
  if (resolveHead(options) !== "logistic" || numbers < largeMatrix)
    return shareFolds(problem, threads, signal);
  const runtime = createNodeOnnxRuntime({ threads: availableParallelism() });
  return createProductRunner(problem, await createOrtMatrixProduct(runtime));
}

/** Creates a runner for several candidates, some slow: on all cores, one fold per worker. */
export function createCandidateRunner(problem: FitProblem, signal?: AbortSignal): CandidateRunner {
  return shareCandidates(problem, threads, signal);
}

/** Copies the vectors of a problem to shared memory, so that workers need no copies. */
function shareVectors(problem: FitProblem): FitProblem {
  const memory = new SharedArrayBuffer(countNumbers(problem) * Float32Array.BYTES_PER_ELEMENT);
  let start = 0;
  const share = (vector: Float32Array): Float32Array => {
    const shared = new Float32Array(memory, start, vector.length);
    shared.set(vector);
    start += vector.byteLength;
    return shared;
  };
  const shareAll = (embeddings: readonly Embedding[]): Embedding[] =>
    embeddings.map(({ vectors, decoded, ...rest }) => ({
      ...rest,
      vectors: vectors.map(share),
      ...(decoded ? { decoded: decoded.map(share) } : {}),
    }));
  return {
    ...problem,
    embeddings: shareAll(problem.embeddings),
    ...(problem.copies ? { copies: problem.copies.map(shareAll) } : {}),
  };
}
