/**
 * Learning curve: scores with 1, 2, 3, 5, 8 ... recordings per class, and a forecast for more.
 *
 * Not its concern: features, heads, display.
 *
 * Every point is measured on the recordings that the folds leave out (by speaker if the folds are), training
 * on fewer of the others (shot-plan.ts). The last point is the score that training states (headline.ts): that
 * of cross-validation, raised to that of all recordings. Forecasts start there, so they never fall below it.
 *
 * Intervals are those of interval.ts: of the balanced accuracy, on new recordings, of a classifier trained on
 * that many. Forecasts are a model (learning-curve-fit.ts, class-gain.ts), and assume that future recordings
 * are like the present ones: by the same mixture of speakers, of the same classes. New speakers usually gain
 * more.
 *
 * Coverage of the 95 % intervals, of the accuracy and of the gain, with twice the data: 96 and 91 % of 216
 * simulated data sets (centroid, ridge and logistic heads, 2 x 20 to 20 x 2 recordings, equal and unequal
 * classes), 97 and 90 % of 72 draws of real recordings (five sets, logistic head; misses of the gain were all
 * too cautious), 100 and 96 % of learners that follow a given curve. learning-curve.test.ts repeats a part.
 */
import { defaultAmounts } from "../core/default-recipe.ts";
import type { WorkOptions } from "../core/progress.ts";
import { type Advice, chooseAdvice } from "./advice.ts";
import { computeClassGains } from "./class-gain.ts";
import { type CrossValidation, type CrossValidationInput, computeGrowth } from "./cross-validate.ts";
import { createFolds, type Fold, type FoldPlan } from "./folds.ts";
import { computeHeadline, type Headline } from "./headline.ts";
import {
  type CurveAnchor,
  fitLearningCurve,
  forecastFromCurves,
  type LearningCurveFit,
} from "./learning-curve-fit.ts";
import { computeHarmonicMean, createShotPlan } from "./shot-plan.ts";
import { computeCurveCovariance, computeShotScores, countLabels } from "./shot-scores.ts";

/** Input of the learning curve: that of cross-validation, with `repeats` as an upper limit. */
export interface LearningCurveInput extends CrossValidationInput {
  /** The cross-validation of the same recordings, if it has been run: gives folds and the last point. */
  readonly crossValidation?: CrossValidation | undefined;
  /**
   * Maximum number of trainings; default 120. To stay below, repeats are dropped first, then sizes, down to
   * one repeat of one size.
   */
  readonly maximumEvaluations?: number | undefined;
  /**
   * Maximum number of training recordings at a smaller size; larger sizes are left out, except the last.
   * Default: no limit.
   */
  readonly maximumTrained?: number | undefined;
  /**
   * The cross-validated score of these recordings, if it has been stated: the curve passes through it.
   * Without it, the score is computed from the last level.
   */
  readonly headline?: Headline | undefined;
  /** Recordings to be added to one class, for `classGains`; default 5. */
  readonly added?: number | undefined;
  /** Multiples of the present data to forecast for, ascending, 1 or more; default 1, 1.5, 2, 3, 4. */
  readonly growths?: readonly number[] | undefined;
}

/** The learning curve. Plain data; accuracies are balanced, from 0 to 1, and intervals are of 95 %. */
export interface LearningCurve {
  /** Names of the classes that occur. */
  readonly labels: readonly string[];
  /** Number of recordings. */
  readonly recordings: number;
  /** Harmonic mean of the classes' recordings: the x coordinate of the present data. */
  readonly recordingsPerClass: number;
  /** Balanced accuracy of guessing. */
  readonly chance: number;
  readonly grouping: "speaker" | "none";
  /** Why grouping is "none", as a clause. */
  readonly groupingReason?: string;
  /** "source" when the groups are longer recordings that the recordings were cut from. */
  readonly groupedBy?: "source";
  /** Measured, in ascending size; the last one is the score that training states, on all recordings. */
  readonly points: readonly LearningCurvePoint[];
  /** Predicted, in ascending size. */
  readonly forecasts: readonly LearningCurveForecast[];
  /** The gain from more recordings of a single class, the largest first. */
  readonly classGains: readonly ClassGain[];
  /** Advice derived from these forecasts. */
  readonly advice: Advice;
  /** Number of trainings that were run. */
  readonly evaluations: number;
  /** Sizes with more recordings than this were left out, except the last; absent if none were. */
  readonly trainedAtMost?: number;
}

/** The score with training sides of one size. */
export interface LearningCurvePoint {
  /** Number of recordings drawn per class; of classes with fewer, all are used. */
  readonly shots: number;
  /**
   * Harmonic mean over classes of the recordings trained on; `shots` if every class has as many. For the
   * last point, of all recordings.
   */
  readonly recordingsPerClass: number;
  readonly balancedAccuracy: number;
  /** For the last point: the score of the folds, and the recordings per class that they train on. */
  readonly crossValidated?: number;
  readonly trainedPerClass?: number;
  /** Of `balancedAccuracy`, for classifiers trained on that many recordings. */
  readonly interval: readonly [low: number, high: number];
  /** Recall per class. */
  readonly recall: Readonly<Record<string, number>>;
  /** How often each recording was predicted. */
  readonly repeats: number;
}

/** Forecast for a classifier trained on a multiple of the present data. */
export interface LearningCurveForecast {
  /** Multiple of the recordings of every class; 1 is the classifier trained on all present ones. */
  readonly growth: number;
  readonly recordings: number;
  readonly recordingsPerClass: number;
  readonly balancedAccuracy: number;
  readonly interval: readonly [low: number, high: number];
  /** Difference to the last point; known more precisely than the accuracies themselves. */
  readonly gain: number;
  readonly gainInterval: readonly [low: number, high: number];
}

/** Forecast for more recordings of one class. */
export interface ClassGain {
  readonly label: string;
  /** Number of recordings of the class. */
  readonly recordings: number;
  /** Number of recordings added to it. */
  readonly added: number;
  /** Gain in balanced accuracy, of all classes together; 0.01 is a point. */
  readonly gain: number;
  readonly interval: readonly [low: number, high: number];
  /** Whether the class would exceed half again the others' mean size; its gain is then at most that. */
  readonly outgrows: boolean;
}

/** How many times as large as the others on average a class may become before it outgrows them. */
const maximumGrown = 1.5;

/**
 * Measures the curve. Progress counts trainings. Errors: those of `createFolds`, `invalid-shape` when
 * `fitPredict` returns anything other than probabilities, `aborted`.
 */
export async function computeLearningCurve(
  input: LearningCurveInput,
  options: WorkOptions = {},
): Promise<LearningCurve> {
  const { labels, classes, crossValidation, maximumTrained, growths = [1, 1.5, 2, 3, 4] } = input;
  const { maximumEvaluations = 120, seed } = input;
  const plan: FoldPlan = crossValidation ?? createFolds(input);
  const wholeIsKnown = crossValidation !== undefined;
  const limits = { maximumEvaluations, maximumTrained, wholeIsKnown };
  const shotPlan = createShotPlan({ ...plan, labels, seed, ...limits });
  const occurring = [...new Set(labels)].sort((a, b) => a - b);
  const names = occurring.map((label) => classes[label]!);
  const sizes = countLabels(labels, occurring);
  const groups = plan.grouping === "speaker" ? input.groups : undefined;
  const scores = await computeShotScores({ ...input, groups, shotPlan, occurring }, options);
  const measured = shotPlan.levels.map(({ shots, recordingsPerClass }, level): LearningCurvePoint => {
    const { interval, recalls, repeatAccuracies } = scores[level]!;
    return {
      shots,
      recordingsPerClass,
      balancedAccuracy: interval.estimate,
      interval: [interval.low, interval.high],
      recall: Object.fromEntries(names.map((name, c) => [name, recalls[c]!])),
      repeats: repeatAccuracies.length,
    };
  });
  const covariance = computeCurveCovariance({ truth: labels, groups, scores });
  const fit = fitLearningCurve(measured, covariance, classes.length);
  const present = computeHarmonicMean(sizes);
  const { recalls, correctness } = scores.at(-1)!;
  const growth = crossValidation?.growth ?? computeGrowth(plan);
  const { balancedAccuracy, interval } =
    input.headline ??
    computeHeadline({
      ...{ truth: labels, correctness, groups },
      crossValidation: { growth, classes: classes.length },
    });
  const anchor: CurveAnchor = { balancedAccuracy, interval, recordingsPerClass: present };
  const whole = measured.at(-1)!;
  const points: LearningCurvePoint[] = [
    ...measured.slice(0, -1),
    {
      ...{ ...whole, ...anchor },
      ...{ crossValidated: whole.balancedAccuracy, trainedPerClass: whole.recordingsPerClass },
    },
  ];
  const forecasts = growths.map((factor) => forecast(fit, factor, labels.length, anchor));
  const classGains = rankClasses(input, {
    ...{ fit, folds: plan.folds, recalls, occurring, sizes, score: balancedAccuracy },
  });
  return {
    labels: names,
    recordings: labels.length,
    recordingsPerClass: present,
    chance: 1 / classes.length,
    grouping: plan.grouping,
    ...(plan.reason === undefined ? {} : { groupingReason: plan.reason }),
    ...(input.groupedBy === "source" ? { groupedBy: "source" as const } : {}),
    points,
    forecasts,
    classGains,
    advice: chooseAdvice({
      ...{ balancedAccuracy, low: interval[0], chance: 1 / classes.length },
      ...{ forecasts, classGains },
    }),
    evaluations: shotPlan.evaluations,
    ...(shotPlan.isLimited && maximumTrained !== undefined ? { trainedAtMost: maximumTrained } : {}),
  };
}

function forecast(
  fit: LearningCurveFit,
  growth: number,
  recordings: number,
  anchor: CurveAnchor,
): LearningCurveForecast {
  const { accuracy, gain } = forecastFromCurves(fit, anchor, growth);
  return {
    growth,
    recordings: Math.round(growth * recordings),
    recordingsPerClass: growth * anchor.recordingsPerClass,
    balancedAccuracy: accuracy.estimate,
    interval: [accuracy.low, accuracy.high],
    gain: gain.estimate,
    gainInterval: [gain.low, gain.high],
  };
}

interface Classes {
  readonly fit: LearningCurveFit;
  readonly folds: readonly Fold[];
  readonly recalls: readonly number[];
  readonly occurring: readonly number[];
  readonly sizes: readonly number[];
  /** The stated score. */
  readonly score: number;
}

function rankClasses(
  { labels, classes, added = defaultAmounts.addedRecordings }: LearningCurveInput,
  { fit, folds, recalls, occurring, sizes, score }: Classes,
): ClassGain[] {
  const trained = occurring.map(() => 0);
  for (const { train } of folds) {
    const counts = countLabels(
      train.map((row) => labels[row]!),
      occurring,
    );
    for (const [c, count] of counts.entries()) trained[c]! += count / folds.length;
  }
  const gains = computeClassGains({ fit, sizes, trained, recalls, added, score });
  // If chance explains all differences, the estimates are equal; then the lowest recall comes first.
  const order = [...gains.keys()].sort(
    (a, b) => gains[b]!.estimate - gains[a]!.estimate || recalls[a]! - recalls[b]!,
  );
  return order.map((c) => ({
    label: classes[occurring[c]!]!,
    recordings: sizes[c]!,
    added,
    gain: gains[c]!.estimate,
    interval: [gains[c]!.low, gains[c]!.high],
    outgrows:
      sizes[c]! + added > (maximumGrown * (labels.length - sizes[c]!)) / Math.max(1, sizes.length - 1),
  }));
}
