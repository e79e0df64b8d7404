/**
 * Scores an embedded window: the probability of each class, and the factor by which it is reduced.
 *
 * A stream is rarely as clean as a golem's training recordings, and noise makes all sounds less familiar.
 * Windows beyond the golem's threshold for `unknown` are therefore not rejected: their probabilities are
 * reduced with decreasing familiarity, by a logistic curve. If the golem uses words, the confidence of the
 * transcriber separates speech from other sounds: if the tokens of a window are less probable than nearly all
 * in training, and than {@link clearLogprob}, its scores are reduced in proportion to their probability.
 * These rules were chosen by measurement (LOG.md).
 */

import { type EmbeddedSamples, getEmbedding } from "../embed/embed-source.ts";
import { clearLogprob } from "../encoder/speech-check.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getTrainingStatistics } from "./training-statistics.ts";

/** The scores of one window. */
export interface WindowAnswer {
  /** Probability of each class, in the order of the labels. */
  readonly scores: readonly number[];
  /** The factor on probabilities, 0 to 1; 1 for windows that resemble the training recordings. */
  readonly known: number;
}

/** Scores an embedded window; undefined for a silent one. */
export type WindowJudge = (embedded: EmbeddedSamples | undefined) => WindowAnswer | undefined;

/**
 * Width of the logistic curve, in standard deviations of familiarity: for a window 2.4 of them beyond the
 * threshold, the factor is four fifths.
 */
const familiaritySpread = 6;

/**
 * Computes the factor for a sound. `missing`: distance below the threshold of familiarity (undefined: not
 * measured); `unclear`: by how much its tokens are less probable than the minimum (natural logarithm; 0 or
 * less: clear).
 */
export function computeKnown(missing: number | undefined, unclear: number): number {
  const familiar = missing === undefined ? 1 : Math.min(1, 2 / (1 + Math.exp(missing / familiaritySpread)));
  // Without a minimum probability, the difference is NaN.
  return familiar * (unclear > 0 ? Math.exp(-unclear) : 1);
}

/**
 * Gets the mean log-probability of tokens below which scores are reduced: the 5 % quantile of training
 * recordings, if it is less than {@link clearLogprob}; -Infinity if none are known.
 */
export function getMinimumLogprob(logprobs: readonly number[]): number {
  const sorted = [...logprobs].sort((a, b) => a - b);
  const unclear = sorted[Math.round((sorted.length - 1) * 0.05)];
  return unclear === undefined ? Number.NEGATIVE_INFINITY : Math.min(clearLogprob, unclear);
}

/** Creates the function that scores windows for a golem. */
export function createWindowJudge(model: GolemModel): WindowJudge {
  const { labels, familiarity } = model.document;
  const minimumLogprob = getMinimumLogprob(getTrainingStatistics(model).logprobs);
  return (embedded) => {
    if (!embedded) return undefined;
    const prediction = model.predictEmbedded([getEmbedding(embedded)])[0]!;
    const missing = familiarity && familiarity.threshold - (prediction.familiarity ?? 0);
    const unclear = embedded.transcript ? minimumLogprob - embedded.transcript.logprob : 0;
    return {
      scores: labels.map((label) => prediction.scores[label]!),
      known: computeKnown(missing, unclear),
    };
  };
}
