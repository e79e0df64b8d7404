/**
 * Comparison of heads on a data set, in Node.
 *
 * Not its concern: the procedure (see workflow/compare-heads.ts), the terminal.
 */
import { performance } from "node:perf_hooks";
import type { Dataset } from "../dataset/dataset.ts";
import {
  type CompareChoices,
  compareHeads as compareHeadsIn,
  type DatasetComparison,
} from "../workflow/compare-heads.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link compareHeads}; all have defaults. */
export interface CompareOptions extends CompareChoices, EnvironmentOptions {}

/**
 * Compares heads on a data set. The budget affects the numbers only through the repeats and candidates that
 * there was time for. Errors: those of `train`; `too-few-recordings` for a class with one recording;
 * `invalid-option` for a budget that is not over 0.
 */
export function compareHeads(
  data: string | Dataset,
  options: CompareOptions = {},
): Promise<DatasetComparison> {
  return runInNode(options, (environment) => compareHeadsIn(environment, data, options, { startClock }));
}

function startClock(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}
