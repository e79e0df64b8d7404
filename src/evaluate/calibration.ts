/**
 * Measures whether predictions are correct as often as their probabilities state: expected calibration error
 * with the bins of a reliability diagram, log-loss, Brier score.
 *
 * Not its concern: drawing the diagram.
 *
 * Bins contain equally many predictions (equal mass) rather than equal ranges of confidence, which leave most
 * bins nearly empty where most predictions are confident (Nguyen and O'Connor, EMNLP 2015; Nixon et al., CVPR
 * workshops 2019). The error is that of the top prediction alone (Naeini et al., AAAI 2015; Guo et al., ICML
 * 2017). Predictions of equal confidence always share a bin, so the result depends neither on the order of
 * recordings nor on a random choice; bins then differ in size.
 *
 * Known limit: the error is biased upwards, more so with fewer recordings (Roelofs et al., AISTATS 2022): in
 * a bin of n recordings with accuracy p a perfectly calibrated classifier shows about sqrt(2 p (1 - p) / (pi
 * n)), .08 for n = 10 and p = .9. Repeats add predictions, not recordings, and lower the bias by less.
 */
import { GolemError } from "../core/error.ts";
import { getRow, type Matrix } from "../math/matrix.ts";
import { computeLogLoss, getPredictions } from "./metrics.ts";

/** One point of a reliability diagram: predictions of similar confidence. */
export interface CalibrationBin {
  /** Number of predictions; with repeats a recording counts once per repeat. */
  readonly count: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Share of the predictions that are correct. */
  readonly accuracy: number;
}

/** How well probabilities are calibrated. Plain data. */
export interface Calibration {
  /** Mean of |accuracy - confidence| over the bins, weighted by count; 0 to 1. */
  readonly expectedError: number;
  /** Bins with at least one prediction, in ascending confidence. */
  readonly bins: readonly CalibrationBin[];
  /** Mean negative log-probability of the true class, in nats, over repeats: {@link computeLogLoss}. */
  readonly logLoss: number;
  /**
   * Mean over recordings of the squared distance to the truth, summed over classes (Brier 1950): 0 to 2; the
   * mean over repeats.
   */
  readonly brierScore: number;
}

/** Input of {@link computeCalibration}. */
export interface CalibrationInput {
  /** One matrix `[recordings, classes]` per repeat; their predictions are pooled, never averaged. */
  readonly probabilities: readonly Matrix[];
  /** Class number of each recording. */
  readonly truth: readonly number[];
  /** Maximum number of bins; default 10. */
  readonly bins?: number | undefined;
}

/**
 * Measures calibration. Errors: `no-recordings` if there are none, `invalid-shape`, `invalid-option` for less
 * than one bin.
 */
export function computeCalibration({ probabilities, truth, bins = 10 }: CalibrationInput): Calibration {
  checkInput(probabilities, truth, bins);
  const answers: Answer[] = [];
  let logLoss = 0;
  let brierScore = 0;
  for (const matrix of probabilities) {
    for (const [row, predicted] of getPredictions(matrix).entries()) {
      const label = truth[row]!;
      answers.push({ confidence: getRow(matrix, row)[predicted]!, right: Number(predicted === label) });
    }
    logLoss += computeLogLoss(matrix, truth) / probabilities.length;
    brierScore += computeBrierScore(matrix, truth) / probabilities.length;
  }
  const filled = fillBins(answers, bins);
  const expectedError = filled.reduce(
    (sum, { count, accuracy, confidence }) =>
      sum + (count / answers.length) * Math.abs(accuracy - confidence),
    0,
  );
  return { expectedError, bins: filled, logLoss, brierScore };
}

interface Answer {
  readonly confidence: number;
  readonly right: number;
}

/**
 * Divides sorted answers at equal ranks; answers of equal confidence stay together, in the bin of the middle
 * of their ranks.
 */
function fillBins(answers: readonly Answer[], bins: number): CalibrationBin[] {
  const sorted = [...answers].sort((a, b) => a.confidence - b.confidence);
  const totals = new Map<number, { count: number; confidence: number; right: number }>();
  for (let first = 0; first < sorted.length; ) {
    const { confidence } = sorted[first]!;
    let end = first;
    let right = 0;
    for (; end < sorted.length && sorted[end]!.confidence === confidence; end++) right += sorted[end]!.right;
    const bin = Math.floor((bins * (first + end)) / (2 * sorted.length));
    const total = totals.get(bin) ?? { count: 0, confidence: 0, right: 0 };
    total.count += end - first;
    total.confidence += (end - first) * confidence;
    total.right += right;
    totals.set(bin, total);
    first = end;
  }
  return [...totals.values()].map(({ count, confidence, right }) => ({
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

function computeBrierScore(matrix: Matrix, truth: readonly number[]): number {
  let sum = 0;
  for (const [row, label] of truth.entries()) {
    for (const [c, p] of getRow(matrix, row).entries()) sum += (p - Number(c === label)) ** 2;
  }
  return sum / truth.length;
}

function checkInput(probabilities: readonly Matrix[], truth: readonly number[], bins: number): void {
  if (truth.length === 0 || probabilities.length === 0) {
    throw new GolemError(
      "no-recordings",
      `Found ${truth.length} recordings and ${probabilities.length} matrices of probabilities; calibration needs one of each.`,
    );
  }
  if (!(bins >= 1)) throw new GolemError("invalid-option", `Found ${bins} bins; expected 1 or more.`);
  for (const { rows, columns, data } of probabilities) {
    if (data.some(Number.isNaN)) {
      throw new GolemError(
        "invalid-shape",
        "Found NaN among the probabilities; expected numbers from 0 to 1.",
      );
    }
    const invalid = truth.find((label) => !(label >= 0 && label < columns));
    if (rows !== truth.length || invalid !== undefined) {
      throw new GolemError(
        "invalid-shape",
        `Found ${rows} x ${columns} probabilities for ${truth.length} recordings${invalid === undefined ? "" : `, one of class ${invalid}`}; expected one row per recording and one column per class.`,
      );
    }
  }
}
