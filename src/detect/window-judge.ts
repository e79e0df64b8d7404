/**
 * Scores an embedded window: the probability of each class, and the factor by which it is reduced.
 *
 * A stream is rarely as clean as a golem's training recordings, and noise makes all sounds less familiar.
 * Windows beyond the golem's threshold for `unknown` are therefore not rejected. Instead, familiarity changes
 * the odds of the best class, as in linear discriminant analysis of two normal distributions of unit
 * variance: that of known recordings (mean 0 by definition) and that of the sounds of no class that were
 * measured at training. If the two cannot be told apart, it changes nothing. Golems without that measurement
 * reduce the probabilities of unfamiliar windows by a logistic curve.
 *
 * If the golem uses words, the confidence of the transcriber separates speech from other sounds: if the
 * tokens of a window are less probable than nearly all in training, and than {@link clearLogprob}, its scores
 * are reduced in proportion to their probability. These rules were chosen by measurement (LOG.md).
 */

import { type EmbeddedSamples, getEmbedding } from "../embed/embed-source.ts";
import { clearLogprob } from "../encoder/speech-check.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getTrainingStatistics } from "./training-statistics.ts";

/** The scores of one window. */
export interface WindowAnswer {
  /**
   * Probability of each class, in the order of the labels; that of the best class is raised for windows that
   * clearly resemble the training recordings.
   */
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
 * The familiarity that leaves the odds unchanged, as a share of the median of sounds of no class. It is not
 * halfway between these and known recordings, since noise makes known sounds less familiar.
 */
const neutralShare = 0.8;

/**
 * Maximum by which log-odds are raised: a familiar sound can still be any of several classes.
 */
const maximumEvidence = 1;

/** The familiarity of a window, and what it is compared with. */
export interface ComparedFamiliarity {
  /** See familiarity.ts: about 0 for known recordings. */
  readonly familiarity: number;
  readonly threshold: number;
  /** Median familiarity of sounds of no class; undefined if it was not measured. */
  readonly others?: number | undefined;
}

/** Computes the change of the log-odds that a sound is of its best class; undefined if it is not measured. */
function computeEvidence({ familiarity, others }: ComparedFamiliarity): number | undefined {
  if (others === undefined) return undefined;
  if (others >= 0) return 0;
  return Math.min(maximumEvidence, -others * (familiarity - neutralShare * others));
}

/**
 * Scores a sound from its probabilities. `compared`: undefined if familiarity is not measured; `unclear`: by
 * how much its tokens are less probable than the minimum (natural logarithm; 0 or less, or NaN: clear).
 */
export function scoreSound(
  probabilities: readonly number[],
  compared: ComparedFamiliarity | undefined,
  unclear: number,
): WindowAnswer {
  // Without a minimum probability, the difference is NaN.
  const clear = unclear > 0 ? Math.exp(-unclear) : 1;
  if (!compared) return { scores: probabilities, known: clear };
  const evidence = computeEvidence(compared);
  if (evidence === undefined) {
    const missing = compared.threshold - compared.familiarity;
    const familiar = Math.min(1, 2 / (1 + Math.exp(missing / familiaritySpread)));
    return { scores: probabilities, known: familiar * clear };
  }
  const best = Math.max(...probabilities);
  const place = probabilities.indexOf(best);
  const odds = Math.exp(evidence);
  const changed = (odds * best) / (1 - best + odds * best);
  if (evidence <= 0) return { scores: probabilities, known: (best > 0 ? changed / best : 1) * clear };
  const rest = best < 1 ? (1 - changed) / (1 - best) : 1;
  return { scores: probabilities.map((value, c) => (c === place ? changed : rest * value)), known: clear };
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
  const { labels, familiarity, falseAlarms } = model.document;
  const minimumLogprob = getMinimumLogprob(getTrainingStatistics(model).logprobs);
  return (embedded) => {
    if (!embedded) return undefined;
    const prediction = model.predictEmbedded([getEmbedding(embedded)])[0]!;
    return scoreSound(
      labels.map((label) => prediction.scores[label]!),
      familiarity && {
        familiarity: prediction.familiarity ?? 0,
        threshold: familiarity.threshold,
        others: falseAlarms?.familiarity,
      },
      embedded.transcript ? minimumLogprob - embedded.transcript.logprob : 0,
    );
  };
}
