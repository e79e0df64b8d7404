/**
 * The stated score and its interval, the same for evaluations and learning curves.
 *
 * Not its concern: the wording of the score.
 */
import { computeInterval, type Interval, type IntervalInput } from "./interval.ts";
import { computeLearningGain } from "./learning-gain.ts";

/** A stated score. Plain data. */
export interface Headline {
  readonly balancedAccuracy: number;
  /** 95 % interval, rounded outwards to a tenth of a per cent. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Computes the score of predictions; for cross-validation (`crossValidation` is set), that of the classifier
 * trained on all recordings. `measured` is the interval of the predictions themselves.
 */
export function computeHeadline(
  input: Pick<IntervalInput, "truth" | "correctness" | "groups" | "crossValidation">,
): Headline & { readonly measured: Interval } {
  const { crossValidation } = input;
  const measured = computeInterval(input);
  return {
    balancedAccuracy: crossValidation
      ? computeLearningGain(measured.estimate, crossValidation.classes, crossValidation.growth)
      : measured.estimate,
    // Rounded outwards to the displayed precision, so that 99.99 % does not exclude 100 %.
    interval: [Math.floor(1000 * measured.low) / 1000, Math.ceil(1000 * measured.high) / 1000],
    measured,
  };
}
