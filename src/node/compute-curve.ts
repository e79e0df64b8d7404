/**
 * How much data do I need: the learning curve of what `train` would do with a data set.
 *
 * Not its concern: how curves are measured, the terminal.
 */
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { type CurveMeasure, type GolemCurve, measureCurve } from "../workflow/measure-curve.ts";
import { embedTrainingRows, type MeasureOptions } from "./embed-training-rows.ts";
import { createFoldRunner } from "./threads/fold-runner-node.ts";

/** Options of {@link computeCurve}; all have defaults. */
export interface CurveOptions extends MeasureOptions, Pick<CurveMeasure, "added" | "maximumEvaluations"> {}

/** A learning curve, and what could not be heard for it. */
export interface DatasetCurve extends GolemCurve {
  readonly skipped: readonly SkippedRecording[];
}

/** Measures the learning curve of a data set. Errors: those of `train`; `too-few-recordings` for a class with one recording. */
export async function computeCurve(
  data: string | Dataset,
  options: CurveOptions = {},
): Promise<DatasetCurve> {
  const { signal, onProgress, added, maximumEvaluations } = options;
  const { problem, labels, skipped } = await embedTrainingRows(data, options);
  const runner = await createFoldRunner(problem, signal);
  try {
    const measure = { added, maximumEvaluations };
    return { ...(await measureCurve(problem, labels, runner, measure, { signal, onProgress })), skipped };
  } finally {
    await runner.close();
  }
}
