/**
 * Measures the learning curve of training on a data set: the gain from more recordings.
 *
 * The last point is the score reported by training (same folds, repeats and seed); smaller training sides are
 * subsets of its folds. On real recordings (runs/results/class-gain.md) a class that is smaller than the
 * others gained at least as much as predicted here; one that became larger than the others gained almost
 * nothing, with any head, so each gain states whether the class would become the largest. With thousands of
 * recordings, all sizes but the last are at most `maximumDense` recordings, so only the time of the last
 * cross-validation grows with their number, linearly.
 * Not its concern: how curves are fitted, where folds run.
 */

import type { FitProblem, FoldRunner } from "../classifier/fold-runner.ts";
import { getRepeats } from "../classifier/labelled-rows.ts";
import { createScoredFolds } from "../classifier/scored-folds.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { type CrossValidation, crossValidate } from "../evaluate/cross-validate.ts";
import { explainUnmeasured } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { Headline } from "../evaluate/headline.ts";
import { computeLearningCurve, type LearningCurve } from "../evaluate/learning-curve.ts";
import { measureCorrectness } from "../evaluate/metrics.ts";
import { maximumDense } from "../head/large-ridge.ts";
import { maximumNested } from "../head/ridge-problem.ts";
import type { Environment } from "./environment.ts";
import type { MeasureOptions } from "./training-options.ts";
import { embedTrainingRows } from "./training-rows.ts";
import { describeValidation } from "./validation-standing.ts";

/** Extent of the measurement of a curve. */
export interface CurveMeasure {
  /** Number of recordings added to one class, for `classGains`; default 5. */
  readonly added?: number | undefined;
  /**
   * Maximum number of fits; default 120 besides the cross-validation that training runs, 60 with `linear`,
   * and 24 with more than 300 recordings. `mlp` is even slower: 24 in total, so its last point has fewer
   * repeats than the score of training.
   */
  readonly maximumEvaluations?: number | undefined;
  /** Repeats of that cross-validation; default: as in training. */
  readonly repeats?: number | undefined;
  /** The cross-validated score of a golem on these recordings: the curve passes through it. */
  readonly headline?: Headline | undefined;
}

/** A learning curve, and its limitations. */
interface MeasuredCurve extends LearningCurve {
  /** Why the score does not hold for new speakers or recordings, as in evaluations. */
  readonly notMeasured?: Evaluation["notMeasured"];
  /** Classes with one recording, which are trained but not scored. */
  readonly unscoredLabels?: readonly string[];
}

/** Number of fits, besides cross-validation, for hundreds of recordings; each takes about a second. */
const largeEvaluations = 24;

/**
 * Measures the curve of the recordings that training scores; `classes` names the classes. Errors:
 * `too-few-recordings`, `aborted`.
 */
async function measureCurve(
  problem: FitProblem,
  recordings: readonly EmbeddedRecording[],
  classes: readonly string[],
  runner: Pick<FoldRunner, "prepare" | "fitPredict" | "concurrency">,
  { added, repeats, headline, ...measure }: CurveMeasure,
  options: WorkOptions = {},
): Promise<MeasuredCurve> {
  const { head, seed } = problem.options;
  const folds = createScoredFolds(problem, runner);
  const usual = folds.labels.length > maximumNested ? largeEvaluations : 120;
  const { maximumEvaluations = head === "mlp" ? 24 : head === "linear" ? 60 : usual } = measure;
  const input = {
    ...{ ...folds, classes, seed },
    repeats: getRepeats(problem, repeats),
  };
  const crossValidation: CrossValidation | undefined =
    head === "mlp" ? undefined : await crossValidate(input, options);
  const curve = await computeLearningCurve(
    {
      ...{ ...input, crossValidation, headline, maximumEvaluations, maximumTrained: maximumDense },
      ...(added === undefined ? {} : { added }),
    },
    options,
  );
  const { scored, labels, groups } = folds;
  const described =
    crossValidation &&
    describeValidation({
      ...{ validation: crossValidation, recordings, scored, labels: classes, seed },
      correctness: measureCorrectness(crossValidation.probabilities, labels),
    });
  const notMeasured = described && explainUnmeasured({ groups, ...described }, described.grouping);
  const unscoredLabels = classes.filter((label) => !curve.labels.includes(label));
  return {
    ...curve,
    ...(notMeasured ? { notMeasured } : {}),
    ...(unscoredLabels.length > 0 ? { unscoredLabels } : {}),
  };
}

/** A learning curve, and the recordings that were left out of it. */
export interface DatasetCurve extends MeasuredCurve {
  readonly skipped: readonly SkippedRecording[];
  /** Number of recordings with split test, which training scores; the curve does not use them. */
  readonly testRecordings?: number;
}

/**
 * Measures the learning curve of a data set. Errors: those of `train`; `too-few-recordings` if fewer than
 * two classes have two recordings.
 */
export async function computeCurve(
  environment: Environment,
  data: string | Dataset,
  options: MeasureOptions & CurveMeasure,
): Promise<DatasetCurve> {
  const { signal, onProgress, added, maximumEvaluations, repeats, headline } = options;
  const { problem, recordings, labels, skipped, testRecordings } = await embedTrainingRows(
    environment,
    data,
    options,
  );
  const runner = await environment.createFoldRunner(problem, signal);
  try {
    const measure = { added, maximumEvaluations, repeats, headline };
    const curve = await measureCurve(problem, recordings, labels, runner, measure, { signal, onProgress });
    return { ...curve, skipped, ...(testRecordings > 0 ? { testRecordings } : {}) };
  } finally {
    await runner.close();
  }
}
