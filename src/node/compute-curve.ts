/**
 * How much data do I need: the learning curve of what `train` would do with a data set.
 *
 * The last point is the very cross-validation that `train` reports (same folds, repeats and seed); smaller training sides are cut from its folds.
 * On real recordings (runs/results/class-gain.md) a class that is smaller than the others gained what is said here and more; one that outgrew
 * the others gained next to nothing, whatever the head, which is why gains say whether a class would.
 * Must not know: how curves are fitted, the terminal.
 */
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { crossValidate } from "../evaluate/cross-validate.ts";
import { type ClassGain, computeLearningCurve, type LearningCurve } from "../evaluate/learning-curve.ts";
import { createFoldRunner } from "./fold-runner-node.ts";
import { hearTrainingRows, type MeasureOptions } from "./hear-training-rows.ts";

/** Options of {@link computeCurve}; all have defaults. */
export interface CurveOptions extends MeasureOptions {
  /** Recordings to be added to one class, for `classGains`; default 5. */
  readonly added?: number;
  /**
   * Trainings at most; default 120 besides the cross-validation that `train` runs, with `linear` 60. `mlp` is slower still: 24 in all,
   * so its last point has fewer repeats than the score of `train`.
   */
  readonly maximumEvaluations?: number;
}

/** What one class alone would gain, and whether that is to be believed. */
export interface DatasetClassGain extends ClassGain {
  /** Whether the class would be more than half again as large as the others are on average; then its gain is at most what is said. */
  readonly outgrows: boolean;
}

/** A learning curve, and what could not be heard for it. */
export interface DatasetCurve extends LearningCurve {
  readonly classGains: readonly DatasetClassGain[];
  readonly skipped: readonly SkippedRecording[];
}

/** How many times as large as the others on average a class may become before it outgrows them. */
const mostGrown = 1.5;

/** Measures the learning curve of a data set. Errors: those of `train`; `too-few-recordings` for a class with one recording. */
export async function computeCurve(
  data: string | Dataset,
  options: CurveOptions = {},
): Promise<DatasetCurve> {
  const { signal, onProgress, seed = 0, added, head } = options;
  const { problem, labels: classes, skipped } = await hearTrainingRows(data, options);
  const { maximumEvaluations = head === "mlp" ? 24 : head === "linear" ? 60 : 120 } = options;
  const runner = await createFoldRunner(problem, signal);
  try {
    const { fitPredict, concurrency } = runner;
    const { labels, groups } = problem;
    const input = { labels, classes, groups, seed, fitPredict, concurrency };
    const crossValidation = head === "mlp" ? undefined : await crossValidate(input, { signal, onProgress });
    const curve = await computeLearningCurve(
      { ...input, crossValidation, maximumEvaluations, ...(added === undefined ? {} : { added }) },
      { signal, onProgress },
    );
    const classGains = curve.classGains.map((gain): DatasetClassGain => {
      const others = (curve.recordings - gain.recordings) / (curve.labels.length - 1);
      return { ...gain, outgrows: gain.recordings + gain.added > mostGrown * others };
    });
    return { ...curve, classGains, skipped };
  } finally {
    await runner.close();
  }
}
