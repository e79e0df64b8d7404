/**
 * The learning curve of a data set, in Node.
 *
 * Not its concern: the procedure (see workflow/measure-curve.ts), the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import {
  type CurveMeasure,
  computeCurve as computeCurveIn,
  type DatasetCurve,
} from "../workflow/measure-curve.ts";
import type { MeasureOptions } from "../workflow/training-options.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link computeCurve}; all have defaults. */
export interface CurveOptions
  extends MeasureOptions,
    EnvironmentOptions,
    Pick<CurveMeasure, "added" | "maximumEvaluations" | "headline"> {}

/**
 * Measures the learning curve of a data set. Errors: those of `train`; `too-few-recordings` if fewer than
 * two classes have two recordings.
 */
export function computeCurve(data: string | Dataset, options: CurveOptions = {}): Promise<DatasetCurve> {
  return runInNode(options, (environment) => computeCurveIn(environment, data, options));
}
