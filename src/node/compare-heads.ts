/**
 * Comparisons of heads and of encoders on a data set, in Node.
 *
 * Not its concern: the procedures (see workflow/compare-heads.ts, compare-encoders.ts), the terminal.
 */
import { performance } from "node:perf_hooks";
import type { Dataset } from "../dataset/dataset.ts";
import {
  type CompareEncodersChoices,
  compareEncoders as compareEncodersIn,
  type EncoderComparison,
} from "../workflow/compare-encoders.ts";
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
 * Compares heads on a data set. The budget affects the numbers only by the number of repeats and candidates
 * that fit into it. Errors: those of `train`; `too-few-recordings` for a class with one recording;
 * `invalid-option` for a budget that is not above 0.
 */
export function compareHeads(
  data: string | Dataset,
  options: CompareOptions = {},
): Promise<DatasetComparison> {
  return runInNode(options, (environment) => compareHeadsIn(environment, data, options, { startClock }));
}

/** Options of {@link compareEncoders}; all but `encoders` have defaults. */
export interface CompareEncodersOptions extends CompareEncodersChoices, EnvironmentOptions {}

/**
 * Compares encoders by cross-validation on the recordings that all of them can embed. Errors: those of
 * `train`; `too-few-recordings` for a class with one recording; `invalid-option` unless at least two
 * different encoders are named.
 */
export function compareEncoders(
  data: string | Dataset,
  options: CompareEncodersOptions,
): Promise<EncoderComparison> {
  return runInNode(options, (environment) => compareEncodersIn(environment, data, options));
}

function startClock(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}
