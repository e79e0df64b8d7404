/**
 * Sets of labels that contain the true one with a stated probability, by cross-validation: CV+, and a cheaper
 * variant without fold models.
 *
 * Not its concern: features, heads, display.
 *
 * Method: Romano, Sesia and Candes 2020 (Classification with valid and adaptive coverage, section 2.3, CV+
 * and JK+), after Barber, Candes, Ramdas and Tibshirani 2021 (Predictive inference with the jackknife+):
 * label y is in the set of x if fewer than (1 - alpha)(n + 1) of the n training recordings have lower
 * nonconformity under the model that was not trained on them than (x, y) has under that same model. As a
 * p-value: (1 + number with at least the same nonconformity) / (n + 1) > alpha, Vovk's cross-conformal
 * predictor (2015).
 * - Nonconformity is 1 - probability (Sadinle, Lei and Wasserman 2019), which gives the smallest sets on
 *   average. Adaptive scores (APS, RAPS) without randomisation gave larger sets for the coverage they had,
 *   and, for up to a fifth of the recordings, left out the most probable label itself as too confident.
 * - A set is never empty: the most probable label is always in it, first. That can only raise the coverage.
 * - Without fold models, the model trained on all recordings replaces each of them (without `models`). It was
 *   trained on more recordings, so the sets are smaller; nothing is guaranteed.
 *
 * Guarantee, if recordings are exchangeable: coverage at least 1 - 2 alpha with folds of one recording; less
 * min(2 (1 - 1/k) / (n/k + 1), (1 - k/n) / (k + 1)) with k folds, a loss of .15 for n = 50, k = 5; it holds
 * for the worst learner. Measured (Gaussian classes, 10 x 5, k = 5, three heads, accuracies .37 to .75):
 * nominal 90 % gave 92 to 95 % with fold models and 88 to 93 % without, in sets smaller by up to a fifth.
 * conformal.test.ts repeats a part.
 *
 * Limits: coverage is an average over recordings and classes; a hard class has less (the worst of ten: 72 to
 * 87 % at 90 %). Recordings by few speakers: with folds by speaker the average stays near its level for new
 * speakers, but varies more from golem to golem; a guarantee for new speakers would count speakers, not
 * recordings (Lee, Barber and Willett 2023), and needs at least (1 - alpha) / alpha of them to leave out any
 * label at all. Recordings of no known class have no true label to include.
 */
import { GolemError } from "../core/error.ts";
import { getRow, type Matrix } from "../math/matrix.ts";

/** Out-of-fold nonconformity of training recordings, for comparison with new ones. Plain data. */
export interface LabelCalibration {
  /** Nonconformity of each true label under a model not trained on the recording, by repeat. */
  readonly scores: readonly number[];
  /** The index of that model. Default: one model, trained on all recordings, replaces all. */
  readonly models?: readonly number[] | undefined;
  /** Occurrences of each recording in `scores`, default 1. Repeats are averaged. */
  readonly repeats?: number | undefined;
}

/** Computes the nonconformity of each label, 0 to 1: one minus its probability. */
export function computeNonconformity(probabilities: ArrayLike<number>): number[] {
  return Array.from(probabilities, (p) => 1 - p);
}

/**
 * Collects the out-of-fold nonconformity of the true labels: one matrix `[recordings, classes]` per repeat,
 * as cross-validation gives them. `models`: the fold of each recording, repeat after repeat, if fold models
 * are kept.
 */
export function createLabelCalibration(
  probabilities: readonly Matrix[],
  truth: readonly number[],
  models?: readonly number[],
): LabelCalibration {
  const scores = probabilities.flatMap((matrix) =>
    truth.map((label, row) => computeNonconformity(getRow(matrix, row))[label]!),
  );
  return { scores, repeats: probabilities.length, ...(models ? { models } : {}) };
}

/**
 * Computes the p-value of each label for a new recording: 1 / (n + 1) to 1. `scores`: the nonconformity of
 * each label under each model, `[models][classes]`; one row if `models` is left out. Errors: `no-recordings`,
 * `invalid-shape`.
 */
export function computeLabelPValues(
  calibration: LabelCalibration,
  scores: readonly ArrayLike<number>[],
): number[] {
  const { scores: known, models, repeats = 1 } = calibration;
  checkShapes(calibration, scores);
  const recordings = known.length / repeats;
  return Array.from(scores[0]!, (_, label) => {
    let lessConforming = 0;
    for (let i = 0; i < known.length; i++) {
      if (known[i]! >= scores[models?.[i] ?? 0]![label]!) lessConforming++;
    }
    return (1 + lessConforming / repeats) / (recordings + 1);
  });
}

/**
 * Selects the label set at level `alpha` (0.1 for 90 %): class numbers, the most probable first, the others
 * by falling p-value. Sets are nested: a smaller alpha never removes a label. Error: `invalid-option` if
 * alpha is not between 0 and 1.
 */
export function selectLabels(pValues: readonly number[], bestGuess: number, alpha: number): number[] {
  if (!(alpha > 0 && alpha < 1)) {
    throw new GolemError("invalid-option", `Found alpha ${alpha}; expected a number between 0 and 1.`);
  }
  const others = [...pValues.keys()].filter((label) => label !== bestGuess && pValues[label]! > alpha);
  return [bestGuess, ...others.sort((a, b) => pValues[b]! - pValues[a]! || a - b)];
}

function checkShapes(
  { scores: known, models, repeats = 1 }: LabelCalibration,
  scores: readonly ArrayLike<number>[],
): void {
  if (known.length === 0) {
    throw new GolemError("no-recordings", "Label sets need at least one out-of-fold score; found none.");
  }
  const last = models?.reduce((most, model) => Math.max(most, model), 0) ?? 0;
  const classes = scores[0]?.length ?? 0;
  if (
    known.length % repeats !== 0 ||
    (models && models.length !== known.length) ||
    scores.length <= last ||
    scores.some((row) => row.length !== classes)
  ) {
    throw new GolemError(
      "invalid-shape",
      `Found ${known.length} out-of-fold scores in ${repeats} repeats, ${models?.length ?? "no"} model numbers up to ${last}, and ` +
        `scores of labels under ${scores.length} models; expected whole repeats, one model number per score, and every model with ${classes} labels.`,
    );
  }
}
