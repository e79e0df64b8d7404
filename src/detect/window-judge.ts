/**
 * What a golem makes of a window it has heard: the probability of each class, and how much of it counts.
 *
 * A stream is rarely as clean as the recordings a golem was trained on, and noise makes everything a little unfamiliar. So what is beyond the
 * golem's threshold of `unknown` counts less and less, by a logistic curve over familiarity, instead of not at all. Where words count, the recogniser's own doubt tells speech from other sounds: tokens less probable than nearly all
 * in training, and than {@link clearLogprob}, count in proportion. Chosen by measurement: LOG.md.
 * Not its concern: streams, how windows are heard.
 */

import { type EmbeddedSamples, getEmbedding } from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getTrainingHabits } from "./training-habits.ts";

/** What was said of one window. */
export interface WindowAnswer {
  /** Probability of each class, in the order of the labels. */
  readonly scores: readonly number[];
  /** How much of it counts, 0 to 1: 1 for what resembles the training recordings. */
  readonly known: number;
}

/** Says what was heard; undefined where there was nothing to hear. */
export type WindowJudge = (heard: EmbeddedSamples | undefined) => WindowAnswer | undefined;

/** Mean log-probability of tokens that passes for speech anywhere: 14 % a token, with some 30,000 to choose from. */
export const clearLogprob = -2;

/** Standard deviations of familiarity over which the logistic curve falls: what lies 2.4 of them beyond the threshold counts four fifths. */
const familiaritySpread = 6;

/** Creates the judge of a golem. */
export function createWindowJudge(model: GolemModel): WindowJudge {
  const { labels, familiarity } = model.document;
  const { unclearLogprob } = getTrainingHabits(model);
  const minimumLogprob =
    unclearLogprob === undefined ? Number.NEGATIVE_INFINITY : Math.min(clearLogprob, unclearLogprob);
  return (heard) => {
    if (!heard) return undefined;
    const prediction = model.predictEmbedded([getEmbedding(heard)])[0]!;
    const missing = (familiarity?.threshold ?? 0) - (prediction.familiarity ?? 0);
    const familiar = familiarity ? Math.min(1, 2 / (1 + Math.exp(missing / familiaritySpread))) : 1;
    const unclear = heard.transcript ? minimumLogprob - heard.transcript.logprob : 0;
    return {
      scores: labels.map((label) => prediction.scores[label]!),
      known: familiar * Math.min(1, Math.exp(-unclear)),
    };
  };
}
