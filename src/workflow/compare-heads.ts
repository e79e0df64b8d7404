/**
 * Compares heads on a data set within a time budget: every kind and size of head on one layer, and the fusion
 * of all views.
 *
 * Not its concern: how candidates are scored and chosen (see `compare-candidates.ts`), clocks.
 */

import {
  countParameters,
  getParameterCount,
  listHeadCandidates,
} from "../classifier/choosing/head-candidates.ts";
import { fitClassifier } from "../classifier/classifier.ts";
import type { FitProblem } from "../classifier/fold-runner.ts";
import { defaultAmounts, defaultRecipe } from "../core/default-recipe.ts";
import type { Dataset, SkippedRecording } from "../dataset/dataset.ts";
import { type CandidateScore, compareCandidates, type HeadComparison } from "./compare-candidates.ts";
import type { Environment } from "./environment.ts";
import type { MeasureOptions } from "./training-options.ts";
import { embedTrainingRows } from "./training-rows.ts";

/** Options of {@link compareHeads}; all have defaults. */
export interface CompareChoices extends Omit<MeasureOptions, "head" | "headOptions"> {
  /** Approximate seconds to spend on heads; default 30. */
  readonly budget?: number;
  /** Maximum number of repeats of cross-validation; default 10. */
  readonly repeats?: number;
}

/** A candidate's scores and its size. */
export interface SizedScore extends CandidateScore {
  /** Number of parameters learned from the recordings: weights and biases. */
  readonly parameters: number;
}

/** The comparison, and its conditions. */
export interface DatasetComparison extends Omit<HeadComparison, "candidates"> {
  readonly candidates: readonly SizedScore[];
  /** Encoder and layer of the single-layer heads; with `auto`, the layer is chosen in every fold. */
  readonly encoder: string;
  readonly layer: number | "last" | "auto";
  readonly pooling: "mean" | "mean+std";
  /** Seconds allowed for heads, and seconds taken. */
  readonly budget: number;
  readonly seconds: number;
  readonly skipped: readonly SkippedRecording[];
}

interface CompareBounds {
  /** Names of the candidates to compare; default: all of `listHeadCandidates`. */
  readonly names?: readonly string[] | undefined;
  /** Starts the clock of the heads; returns a function that reads it, in seconds. */
  startClock(): () => number;
}

/**
 * Compares heads on a data set. The budget affects the numbers only by the number of repeats and candidates
 * that fit into it. Errors: those of `train`; `too-few-recordings` for a class with one recording;
 * `invalid-option` for a budget that is not above 0.
 */
export async function compareHeads(
  environment: Environment,
  data: string | Dataset,
  options: CompareChoices,
  { names, startClock }: CompareBounds,
): Promise<DatasetComparison> {
  const { budget = defaultAmounts.comparisonSeconds, layer = defaultRecipe.layer } = options;
  const { pooling = defaultRecipe.pooling, signal, onProgress } = options;
  // All layers are embedded, whichever layer is named, since the fusion uses them.
  const { encoder, precision, transcript } = options;
  const { problem, labels, skipped } = await embedTrainingRows(environment, data, options, {
    encoder,
    precision,
    transcript,
  });
  const shared: FitProblem = { ...problem, options: { seed: problem.options.seed, pooling } };
  const candidates = listHeadCandidates(layer).filter(({ name }) => names?.includes(name) ?? true);
  const getElapsed = startClock();
  const runner = environment.createCandidateRunner(shared, signal);
  try {
    const { candidates: scores, ...comparison } = await compareCandidates(
      { problem: shared, labels, candidates, runner, repeats: options.repeats, budget, getElapsed },
      { signal, onProgress },
    );
    const sized = scores.map((score): SizedScore => {
      const candidate = candidates.find(({ name }) => name === score.name)!;
      const learned = getParameterCount(candidate, shared.encoderSet, labels.length, pooling);
      const parameters = learned ?? countParameters(fitClassifier(shared, shared.encoderSet, shared.options));
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
