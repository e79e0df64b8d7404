/**
 * Which head for this data set: every kind and size of head on one layer, and the fusion of all views, within a time budget.
 *
 * Not its concern: how candidates are scored and chosen, the terminal.
 */
import { performance } from "node:perf_hooks";
import { fitClassifier } from "../classifier/classifier.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { countLearnedNumbers, getLearnedNumbers, listHeadCandidates } from "../classifier/head-candidates.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import {
  type CandidateScore,
  compareCandidates,
  type HeadComparison,
} from "../workflow/compare-candidates.ts";
import { embedTrainingRows, type MeasureOptions } from "./embed-training-rows.ts";
import { createCandidateRunner } from "./threads/fold-runner-node.ts";

/** Options of {@link compareHeads}; all have defaults. */
export interface CompareOptions extends Omit<MeasureOptions, "head" | "headOptions"> {
  /** Seconds to spend on heads, about; default 30. */
  readonly budget?: number;
  /** Most repeats of cross-validation; default 10. */
  readonly repeats?: number;
}

/** A candidate's scores and its size. */
export interface SizedScore extends CandidateScore {
  /** Numbers it learns from the recordings: weights and biases. */
  readonly parameters: number;
}

/** The comparison, and what it was about. */
export interface DatasetComparison extends Omit<HeadComparison, "candidates"> {
  readonly candidates: readonly SizedScore[];
  /** Who listened for the heads on one layer, and which layer: auto is chosen in every fold. */
  readonly encoder: string;
  readonly layer: number | "last" | "auto";
  readonly pooling: "mean" | "mean+std";
  /** Seconds there were for heads, and seconds taken. */
  readonly budget: number;
  readonly seconds: number;
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Compares heads on a data set. The numbers hang on the budget only through the repeats and candidates that there was time for.
 * Errors: those of `train`; `too-few-recordings` for a class with one recording; `invalid-option` for a budget that is not over 0.
 */
export async function compareHeads(
  data: string | Dataset,
  options: CompareOptions = {},
): Promise<DatasetComparison> {
  const { budget = 30, layer = "auto", pooling = "mean+std", signal, onProgress } = options;
  // All layers are heard, whichever is named: the fusion wants them.
  const { encoder, precision, transcript } = options;
  const { problem, labels, skipped } = await embedTrainingRows(data, options, {
    encoder,
    precision,
    transcript,
  });
  const shared: FitProblem = { ...problem, options: { seed: problem.options.seed, pooling } };
  const candidates = listHeadCandidates(layer);
  const started = performance.now();
  const getElapsed = (): number => (performance.now() - started) / 1000;
  const runner = createCandidateRunner(shared, signal);
  try {
    const { candidates: scores, ...comparison } = await compareCandidates(
      { problem: shared, labels, candidates, runner, repeats: options.repeats, budget, getElapsed },
      { signal, onProgress },
    );
    const sized = scores.map((score): SizedScore => {
      const candidate = candidates.find(({ name }) => name === score.name)!;
      const learned = getLearnedNumbers(candidate, shared.encoderSet, labels.length, pooling);
      const parameters =
        learned ?? countLearnedNumbers(fitClassifier(shared, shared.encoderSet, shared.options));
      return { ...score, parameters };
    });
    return {
      ...comparison,
      candidates: sized,
      ...{ encoder: shared.encoderSet.encoders[0]!.id, layer, pooling },
      ...{ budget, seconds: getElapsed(), skipped },
    };
  } finally {
    await runner.close();
  }
}
