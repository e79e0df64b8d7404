/**
 * The learning curve of what training would do with recordings that were heard.
 *
 * The last point is the very cross-validation that training reports (same folds, repeats and seed); smaller training sides are cut from its folds.
 * On real recordings (runs/results/class-gain.md) a class that is smaller than the others gained what is said here and more; one that outgrew
 * the others gained next to nothing, whatever the head, which is why gains say whether a class would.
 * Not its concern: how curves are fitted, where folds run.
 */

import type { FitProblem, FoldRunner } from "../classifier/fold-runner.ts";
import type { WorkOptions } from "../core/progress.ts";
import { type CrossValidation, crossValidate } from "../evaluate/cross-validate.ts";
import { type ClassGain, computeLearningCurve, type LearningCurve } from "../evaluate/learning-curve.ts";

/** How thoroughly a curve is measured. */
export interface CurveMeasure {
  /** Recordings to be added to one class, for `classGains`; default 5. */
  readonly added?: number | undefined;
  /**
   * Trainings at most; default 120 besides the cross-validation that training runs, with `linear` 60. `mlp` is slower still: 24 in all,
   * so its last point has fewer repeats than the score of training.
   */
  readonly maximumEvaluations?: number | undefined;
  /** Repeats of that cross-validation; as training's unless given. */
  readonly repeats?: number | undefined;
}

/** What one class alone would gain, and whether that is to be believed. */
export interface BoundedClassGain extends ClassGain {
  /** Whether the class would be more than half again as large as the others are on average; then its gain is at most what is said. */
  readonly outgrows: boolean;
}

/** A learning curve whose gains of classes say whether they are to be believed. */
export interface GolemCurve extends LearningCurve {
  readonly classGains: readonly BoundedClassGain[];
}

/** How many times as large as the others on average a class may become before it outgrows them. */
const maximumGrown = 1.5;

/** Measures the curve; `classes` names the classes. Errors: `too-few-recordings` for a class with one recording, `aborted`. */
export async function measureCurve(
  problem: FitProblem,
  classes: readonly string[],
  runner: Pick<FoldRunner, "fitPredict" | "concurrency">,
  { added, repeats, ...measure }: CurveMeasure,
  options: WorkOptions = {},
): Promise<GolemCurve> {
  const { labels, groups } = problem;
  const { head, seed } = problem.options;
  const { maximumEvaluations = head === "mlp" ? 24 : head === "linear" ? 60 : 120 } = measure;
  const { fitPredict, concurrency } = runner;
  const input = {
    ...{ labels, classes, groups, seed, fitPredict, concurrency },
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
