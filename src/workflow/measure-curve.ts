/**
 * The learning curve of training on a data set: how much more recordings would give.
 *
 * The last point is the very cross-validation that training reports (same folds, repeats and seed); smaller
 * training sides are cut from its folds. On real recordings (runs/results/class-gain.md) a class that is
 * smaller than the others gained what is predicted here and more; one that outgrew the others gained next to
 * nothing, whatever the head, so each gain is marked with whether the class would outgrow the others.
 * Not its concern: how curves are fitted, where folds run.
 */

import type { FitProblem, FoldRunner } from "../classifier/fold-runner.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { type CrossValidation, crossValidate } from "../evaluate/cross-validate.ts";
import { type ClassGain, computeLearningCurve, type LearningCurve } from "../evaluate/learning-curve.ts";
import { maximumNested } from "../head/ridge-problem.ts";
import type { Environment } from "./environment.ts";
import type { MeasureOptions } from "./training-options.ts";
import { embedTrainingRows } from "./training-rows.ts";

/** How thoroughly a curve is measured. */
export interface CurveMeasure {
  /** Recordings to be added to one class, for `classGains`; default 5. */
  readonly added?: number | undefined;
  /**
   * Most fits; default 120 besides the cross-validation that training runs, with `linear` 60, and with more than
   * 300 recordings 24. `mlp` is slower
   * still: 24 in all, so its last point has fewer repeats than the score of training.
   */
  readonly maximumEvaluations?: number | undefined;
  /** Repeats of that cross-validation; as many as in training unless given. */
  readonly repeats?: number | undefined;
}

/** What more recordings of one class alone would gain, and whether that is only an upper bound. */
export interface BoundedClassGain extends ClassGain {
  /**
   * Whether the class would be more than half again as large as the others are on average; then its gain is
   * at most that.
   */
  readonly outgrows: boolean;
}

/** A learning curve with bounded gains of classes. */
export interface GolemCurve extends LearningCurve {
  readonly classGains: readonly BoundedClassGain[];
}

/** Fits besides cross-validation where there are hundreds of recordings, each of which takes a second or so. */
const largeEvaluations = 24;

/** How many times as large as the others on average a class may become before it outgrows them. */
const maximumGrown = 1.5;

/**
 * Measures the curve; `classes` names the classes. Errors: `too-few-recordings` for a class with one
 * recording, `aborted`.
 */
async function measureCurve(
  problem: FitProblem,
  classes: readonly string[],
  runner: Pick<FoldRunner, "prepare" | "fitPredict" | "concurrency">,
  { added, repeats, ...measure }: CurveMeasure,
  options: WorkOptions = {},
): Promise<GolemCurve> {
  const { labels, groups, groupedBy } = problem;
  const { head, seed } = problem.options;
  const {
    maximumEvaluations = head === "mlp"
      ? 24
      : head === "linear"
        ? 60
        : labels.length > maximumNested
          ? largeEvaluations
          : 120,
  } = measure;
  const { prepare, fitPredict, concurrency } = runner;
  const input = {
    ...{ labels, classes, groups, groupedBy, seed, prepare, fitPredict, concurrency },
    ...(repeats === undefined ? {} : { repeats }),
  };
  const crossValidation: CrossValidation | undefined =
    head === "mlp" ? undefined : await crossValidate(input, options);
  const curve = await computeLearningCurve(
    { ...input, crossValidation, maximumEvaluations, ...(added === undefined ? {} : { added }) },
    options,
  );
  const classGains = curve.classGains.map((gain): BoundedClassGain => {
    const others = (curve.recordings - gain.recordings) / (curve.labels.length - 1);
    return { ...gain, outgrows: gain.recordings + gain.added > maximumGrown * others };
  });
  return { ...curve, classGains };
}

/** A learning curve, and what was left out of it. */
export interface DatasetCurve extends GolemCurve {
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Measures the learning curve of a data set. Errors: those of `train`; `too-few-recordings` for a class with
 * one recording.
 */
export async function computeCurve(
  environment: Environment,
  data: string | Dataset,
  options: MeasureOptions & CurveMeasure,
): Promise<DatasetCurve> {
  const { signal, onProgress, added, maximumEvaluations, repeats } = options;
  const { problem, labels, skipped } = await embedTrainingRows(environment, data, options);
  const runner = await environment.createFoldRunner(problem, signal);
  try {
    const measure = { added, maximumEvaluations, repeats };
    return { ...(await measureCurve(problem, labels, runner, measure, { signal, onProgress })), skipped };
  } finally {
    await runner.close();
  }
}
