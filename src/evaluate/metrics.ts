/**
 * Scores of a classifier, all from one confusion matrix, plus log-loss.
 *
 * Not its concern: folds, names of classes.
 *
 * Definitions are scikit-learn's (test/fixtures/metrics contains its numbers); a ratio of 0 / 0 is 0.
 */
import { GolemError } from "../core/error.ts";
import { getRow, type Matrix } from "../math/matrix.ts";

/** Counts `[true class][predicted class]`; whole numbers, or means of whole numbers over repeats. */
export type Confusion = readonly (readonly number[])[];

/** Scores of one class. */
export interface ClassScore {
  /** Share of the predictions of this class that are correct; 0 if it is never predicted. */
  readonly precision: number;
  /** Share of the recordings of this class that are predicted as such; 0 if there are none. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Recordings of this class. */
  readonly support: number;
}

/** Scores of a classifier on one set of recordings. */
export interface Scores {
  /** Share of recordings that are classified correctly. */
  readonly accuracy: number;
  /** Mean recall over the classes that occur in the truth. */
  readonly balancedAccuracy: number;
  /** Mean F1 over the classes that occur in the truth or in the predictions. */
  readonly macroF1: number;
  /** One entry per class, in the order of the confusion matrix. */
  readonly perClass: readonly ClassScore[];
}

/** Returns the most probable class of each row; the first one on a tie. */
export function getPredictions(probabilities: Matrix): number[] {
  return Array.from({ length: probabilities.rows }, (_, row) => {
    const values = getRow(probabilities, row);
    let best = 0;
    for (let c = 1; c < values.length; c++) if (values[c]! > values[best]!) best = c;
    return best;
  });
}

/**
 * Counts `[classes][classes]`, rows true, columns predicted. Throws `invalid-shape` for labels outside 0 ..
 * classes - 1, and lists of different lengths.
 */
export function computeConfusion(
  truth: readonly number[],
  predicted: readonly number[],
  classes: number,
): number[][] {
  if (truth.length !== predicted.length) {
    throw new GolemError(
      "invalid-shape",
      `Every recording needs one prediction; got ${truth.length} recordings and ${predicted.length} predictions.`,
    );
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of truth.entries()) {
    const row = confusion[label];
    const count = row?.[predicted[i]!];
    if (row === undefined || count === undefined) {
      throw new GolemError(
        "invalid-shape",
        `Recording ${i} has class ${label}, predicted ${predicted[i]}; classes are numbered 0 to ${classes - 1}.`,
      );
    }
    row[predicted[i]!] = count + 1;
  }
  return confusion;
}

/**
 * Computes accuracy, balanced accuracy, macro F1 and the scores of each class. Throws `no-recordings` for an
 * empty matrix.
 */
export function computeScores(confusion: Confusion): Scores {
  const perClass: ClassScore[] = [];
  let total = 0;
  let right = 0;
  let recallSum = 0;
  let inTruth = 0;
  let f1Sum = 0;
  let inEither = 0;
  for (const [c, row] of confusion.entries()) {
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[c]!, 0);
    const hits = row[c]!;
    const recall = support > 0 ? hits / support : 0;
    const f1 = support + predicted > 0 ? (2 * hits) / (support + predicted) : 0;
    perClass.push({ precision: predicted > 0 ? hits / predicted : 0, recall, f1, support });
    total += support;
    right += hits;
    if (support > 0) {
      recallSum += recall;
      inTruth++;
    }
    if (support + predicted > 0) {
      f1Sum += f1;
      inEither++;
    }
  }
  if (total === 0) {
    throw new GolemError("no-recordings", "There is no recording to score; at least one is needed.");
  }
  return {
    accuracy: right / total,
    balancedAccuracy: recallSum / inTruth,
    macroF1: f1Sum / inEither,
    perClass,
  };
}

/**
 * Computes the mean negative log-probability (natural logarithm) of the true class. Rows are expected to sum
 * to 1; probabilities are raised to at least 2^-23 (float32 resolution), so one certain error costs at most
 * 15.9.
 */
export function computeLogLoss(probabilities: Matrix, truth: readonly number[]): number {
  let sum = 0;
  for (const [i, label] of truth.entries())
    sum -= Math.log(Math.max(getRow(probabilities, i)[label]!, 2 ** -23));
  return sum / truth.length;
}

/**
 * Computes the majority baseline: accuracy on `truth` of always predicting the most frequent class of
 * `trainLabels`; if several are equally frequent, the mean over them, so that it does not depend on their
 * order. It is a plain accuracy; the balanced accuracy of any constant prediction is 1 / classes, the chance
 * level.
 */
export function computeMajority(trainLabels: readonly number[], truth: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of trainLabels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const tied = [...counts].filter(([, count]) => count === most).length;
  return truth.filter((label) => counts.get(label) === most).length / (truth.length * tied);
}

/** Measures the share of the repeats in which each recording is classified correctly. */
export function measureCorrectness(probabilities: readonly Matrix[], truth: readonly number[]): number[] {
  const hits = new Array<number>(truth.length).fill(0);
  for (const matrix of probabilities) {
    for (const [row, label] of getPredictions(matrix).entries()) {
      if (label === truth[row]) hits[row]! += 1;
    }
  }
  return hits.map((count) => count / probabilities.length);
}
