/**
 * Runs the folds of cross-validation: fits a classifier on some rows and predicts others, on this thread
 * alone or on workers too; this thread runs folds whenever the workers are full. A fold gives the same
 * numbers wherever it runs.
 *
 * Not its concern: starting and calling workers, division into folds.
 */

import { defaultRecipe } from "../core/default-recipe.ts";
import { throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { DisposableMatrixProduct } from "../head/matrix-product.ts";
import type { Matrix } from "../math/matrix.ts";
import {
  type Classifier,
  type ClassifierOptions,
  createClassifier,
  fitClassifier,
  fitClassifierWithProduct,
  isFused,
  isHeadChosen,
} from "./classifier.ts";
import { isLarge } from "./fusion/fit-fusion.ts";
import { fitLargeFusion, type LargeFusion } from "./fusion/large-fusion.ts";
import { getRepeats, type LabelledRows, pickLabelledRows } from "./labelled-rows.ts";
import type { MoreRows } from "./more-rows.ts";
import type { LeftOutAnswer, LeftOutTask } from "./novelty/left-out-classes.ts";
import type { EncoderSetInfo } from "./view.ts";

/** The input that the classifiers of all folds have in common; plain data. */
export interface FitProblem extends LabelledRows {
  /** What the groups are, for messages; "speaker" unless given. */
  readonly groupedBy?: "speaker" | "source";
  readonly encoderSet: EncoderSetInfo;
  readonly options: ClassifierOptions;
  /** Rows that are fitted on but not held in memory; only where all views are fused, of many recordings. */
  readonly more?: MoreRows | undefined;
}

/** Runs folds, and the fit on all rows that follows them. */
export interface FoldRunner {
  /** Number of folds to run at once. */
  readonly concurrency: number;
  /** Fits the part that the given folds share, and the classifier of all rows; absent for few rows. */
  prepare?(folds: readonly FoldTask[], options: WorkOptions): Promise<void>;
  /** Probabilities [test rows, classes] of a classifier fitted only on the training rows. */
  fitPredict(train: readonly number[], test: readonly number[]): Matrix | Promise<Matrix>;
  /** The classifier fitted on all rows. */
  fit(): Classifier | Promise<Classifier>;
  /** As `judgeLeftOut`, in a worker; absent if there is none. */
  judge?(task: LeftOutTask): Promise<LeftOutAnswer>;
  close(): Promise<void>;
}

/** Milliseconds of work between turns of the event loop. */
const turnMilliseconds = 200;

/**
 * Creates a runner for hundreds of recordings and more, in which the folds share one fit
 * (fusion/large-fusion.ts). Folds that were not prepared, such as those of a learning curve, are fitted one
 * by one.
 */
function createLargeRunner(problem: FitProblem): FoldRunner {
  const { encoderSet, options } = problem;
  const rows = problem.labels.length;
  const { pooling = defaultRecipe.pooling, seed } = options;
  let prepared: LargeFusion | undefined;
  let classifier: Classifier | undefined;
  const places = new Map<string, readonly [division: number, block: number]>();
  const prepare: FoldRunner["prepare"] = async (folds, { signal, onProgress }) => {
    const divisions: (readonly number[])[][] = [];
    for (const { train, test, repeat = 0 } of folds) {
      if (train.length + test.length !== rows) continue;
      divisions[repeat] ??= [];
      places.set(test.join(), [repeat, divisions[repeat].push(test) - 1]);
    }
    const steps = fitLargeFusion(problem, encoderSet, { pooling, seed }, divisions, problem.more);
    throwIfAborted(signal);
    let turned = performance.now();
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      if (performance.now() - turned < turnMilliseconds) continue;
      onProgress?.({ stage: "fitting heads", completed: Math.round(100 * step.value), total: 100 });
      await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfAborted(signal);
      turned = performance.now();
    }
    prepared = step.value;
    classifier = createClassifier(prepared.fusion.fitted, encoderSet, prepared.fusion.vocabulary);
  };
  return {
    ...{ concurrency: 1, prepare, close: async () => {} },
    fitPredict(train, test) {
      const place = train.length + test.length === rows ? places.get(test.join()) : undefined;
      return place && prepared ? prepared.predictBlock(...place) : fitPredictRows(problem, train, test);
    },
    async fit() {
      if (!classifier) await prepare([], {});
      return classifier!;
    },
  };
}

/** Runs folds of several ways to fit. */
export interface CandidateRunner extends Pick<FoldRunner, "concurrency" | "close"> {
  /** As `FoldRunner.fitPredict`, with options in place of the problem's. */
  fitPredict(
    options: ClassifierOptions,
    train: readonly number[],
    test: readonly number[],
  ): Matrix | Promise<Matrix>;
}

/** One fold for a worker. */
export interface FoldTask {
  /** Index of its repeat of cross-validation. */
  readonly repeat?: number;
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** Default: the problem's. */
  readonly options?: ClassifierOptions | undefined;
}

/** The methods of a worker that has received its problem. */
export type FoldCalls = { fitPredict: { argument: FoldTask; answer: Matrix } };

/** Workers that run folds of one problem. */
interface FoldWorkers {
  /** Returns the number of folds that they accept without waiting. */
  getRoom(): number;
  run(fold: FoldTask): Promise<Matrix>;
  /** As `judgeLeftOut`; absent if the workers do not implement it. */
  judge?(task: LeftOutTask): Promise<LeftOutAnswer>;
  close(): Promise<void>;
}

/** The means of an environment (Node, a browser) for running folds. */
export interface FoldEnvironment {
  /** Number of workers besides this thread. */
  readonly workers: number;
  /** Number of folds sent to each worker in advance, so that it has work while this thread is busy. */
  readonly ahead: number;
  /** The same if several ways to fit are compared, some of which are slow. */
  readonly candidatesAhead: number;
  /** Whether workers outlive a problem. If not, they are started only for slow problems. */
  readonly keepsWorkers: boolean;
  /** Opens the workers for a problem; each takes `ahead` folds. */
  openWorkers(problem: FitProblem, ahead: number, signal?: AbortSignal): FoldWorkers;
  /** Lets the event loop receive the workers' answers. */
  takeTurn(): Promise<unknown>;
}

/** Heads for which workers pay: starting one takes as long as fifty folds of other heads. */
const slowHeads: readonly unknown[] = ["linear", "mlp"];

/**
/**
 * Minimum number of multiplications for the products of all rows, in the usual folds, for which workers pay
 * if all views are fused: 75 recordings without copies, or 35 with three copies each. Below it, a worker
 * takes as long to start and to compile code as it saves.
 */
const manyProducts = 1.5e9;
/** Folds per repeat, if they are not by speaker. */
const usualFolds = 5;

/** Fits on the training rows and predicts the test rows: probabilities [test rows, classes]. */
export function fitPredictRows(
  problem: FitProblem,
  train: readonly number[],
  test: readonly number[],
  options: ClassifierOptions = problem.options,
): Matrix {
  const { encoderSet } = problem;
  const classifier = fitClassifier(pickLabelledRows(problem, train), encoderSet, options);
  return classifier.computeProbabilities(test.map((row) => problem.embeddings[row]!));
}

/** Creates a runner on this thread alone: one fold after the other. */
export function createInlineRunner(problem: FitProblem): FoldRunner {
  if (isFused(problem.options) && isLarge(problem)) return createLargeRunner(problem);
  return {
    concurrency: 1,
    fitPredict: (train, test) => fitPredictRows(problem, train, test),
    fit: () => fitClassifier(problem, problem.encoderSet, problem.options),
    close: async () => {},
  };
}

/**
 * Creates a runner on this thread that computes large matrix products with an engine, for thousands of
 * recordings. Closing it disposes of the engine.
 */
export function createProductRunner(problem: FitProblem, product: DisposableMatrixProduct): FoldRunner {
  const { embeddings, encoderSet, options } = problem;
  return {
    concurrency: 1,
    async fitPredict(train, test) {
      const rows = pickLabelledRows(problem, train);
      const classifier = await fitClassifierWithProduct(rows, encoderSet, options, product);
      return classifier.computeProbabilities(test.map((row) => embeddings[row]!));
    },
    fit: () => fitClassifierWithProduct(problem, encoderSet, options, product),
    close: () => product.dispose(),
  };
}

/** Creates a runner on all workers if that pays, otherwise on this thread alone. */
export function createFoldRunner(
  problem: FitProblem,
  environment: FoldEnvironment,
  signal?: AbortSignal,
): FoldRunner {
  if (isFused(problem.options) && isLarge(problem)) return createLargeRunner(problem);
  const { workers, ahead, keepsWorkers } = environment;
  const inline = createInlineRunner(problem);
  if (workers === 0 || !(keepsWorkers || isSlow(problem))) return inline;
  const { run, ...rest } = shareFolds(problem, environment, ahead, signal);
  return { ...rest, fitPredict: (train, test) => run({ train, test }), fit: inline.fit };
}

/** Creates a runner for several ways to fit, some of which may be slow: always on all workers. */
export function createCandidateRunner(
  problem: FitProblem,
  environment: FoldEnvironment,
  signal?: AbortSignal,
): CandidateRunner {
  const { concurrency, run, close } = shareFolds(problem, environment, environment.candidatesAhead, signal);
  return { concurrency, close, fitPredict: (options, train, test) => run({ train, test, options }) };
}

/** Runs folds on workers while they have room, and on this thread otherwise. */
function shareFolds(
  problem: FitProblem,
  { workers, openWorkers, takeTurn }: FoldEnvironment,
  ahead: number,
  signal: AbortSignal | undefined,
) {
  const pool = workers === 0 ? undefined : openWorkers(problem, ahead, signal);
  return {
    concurrency: 1 + ahead * workers,
    async run(fold: FoldTask): Promise<Matrix> {
      // The available room is known only after the answers that have arrived are received.
      await takeTurn();
      if (pool && pool.getRoom() > 0) return pool.run(fold);
      return fitPredictRows(problem, fold.train, fold.test, fold.options);
    },
    ...(pool?.judge ? { judge: pool.judge } : {}),
    close: async () => pool?.close(),
  };
}

function isSlow(problem: FitProblem): boolean {
  const { options } = problem;
  return (
    slowHeads.includes(options.head) ||
    isHeadChosen(options) ||
    (isFused(options) && countProducts(problem) * usualFolds * getRepeats(problem) >= manyProducts)
  );
}

/** Counts the multiplications for the products of all rows, copies included. */
function countProducts(problem: FitProblem): number {
  const { embeddings, copies = [] } = problem;
  return countNumbers(problem) * copies.reduce((sum, own) => sum + own.length, embeddings.length);
}

/** Counts the numbers in the embeddings of a problem. */
export function countNumbers({ embeddings, copies = [] }: FitProblem): number {
  const all = [...embeddings, ...copies.flat()].flatMap(({ vectors, decoded = [] }) => [
    ...vectors,
    ...decoded,
  ]);
  return all.reduce((sum, { length }) => sum + length, 0);
}
