/**
 * Exact leave-one-out outputs of ridge regression for every penalty of a grid, without a single refit.
 *
 * Row i without itself is off by residual_i / (1 - h_i), h the leverages, the intercept's own w_i / sum(w) included (Allen 1974,
 * PRESS). Exact means: equal to the fit without the row, intercept included; standardisation done beforehand stays as it was. A class
 * whose only row is left out has no +1 left, and the output says so (-1); such rows count neither in the calibration nor in the
 * likelihood, unless there are no others.
 * Must not know: what the rows are, what the scores are used for.
 */
import { multiply } from "./kernel.ts";
import type { RidgeProblem } from "./ridge-problem.ts";
import { fitTemperature } from "./temperature.ts";

/** Leave-one-out results of one penalty. */
export interface RidgeLooScore {
  /** Relative to the mean squared norm of the centred rows. */
  readonly penalty: number;
  /** [rows, classes]: what the fit without row i says of row i. */
  readonly outputs: Float64Array;
  /** Weighted mean over rows and classes of (output - target)^2. */
  readonly squaredError: number;
  /** Factor that calibrates the outputs for softmax, fitted on them. */
  readonly factor: number;
  /** Mean log-likelihood of the labels under softmax(factor x outputs), natural logarithm. */
  readonly logLikelihood: number;
}

/**
 * Leave-one-out outputs, error and calibrated log-likelihood for each (relative) penalty. The log-likelihood at the best penalty is a
 * cheap criterion for choosing between feature sets (encoder layers) inside a fold.
 */
export function computeRidgeLooScores(problem: RidgeProblem, penalties: readonly number[]): RidgeLooScore[] {
  const { rows, classes, labels, weights, totalWeight, basis, values, targets, projected } = problem;
  const rank = values.length;
  const counted = getRowsOfSharedClasses(labels, classes);
  const countedLabels = Int32Array.from(counted, (row) => labels[row]!);
  const squares = basis.map((value) => value * value);
  const kept = new Float64Array(rank);
  const scaled = new Float64Array(rank * classes);
  let start: number | undefined;
  return penalties.map((penalty) => {
    const absolute = penalty * problem.meanSquare;
    for (let j = 0; j < rank; j++) {
      kept[j] = values[j]! / (values[j]! + absolute);
      for (let k = j * classes; k < (j + 1) * classes; k++) scaled[k] = kept[j]! * projected[k]!;
    }
    const fitted = multiply(basis, scaled, rows, classes, rank);
    const leverages = multiply(squares, kept, rows, 1, rank);
    const outputs = new Float64Array(rows * classes);
    let squaredError = 0;
    for (let i = 0; i < rows; i++) {
      const weight = weights[i]!;
      const complement = Math.max(1 - weight / totalWeight - leverages[i]!, 1e-12);
      const factor = 1 / (Math.sqrt(weight) * complement);
      for (let k = 0; k < classes; k++) {
        const error = factor * (targets[i * classes + k]! - fitted[i * classes + k]!);
        outputs[i * classes + k] = (labels[i] === k ? 1 : -1) - error;
        squaredError += (weight * error * error) / (totalWeight * classes);
      }
    }
    const countedOutputs = counted.length === rows ? outputs : pickRows(outputs, counted, classes);
    const { factor, logLikelihood } = fitTemperature(countedOutputs, countedLabels, classes, start);
    start = factor;
    return { penalty, outputs, squaredError, factor, logLikelihood };
  });
}

/** Rows whose class has another row; all of them when none has. */
export function getRowsOfSharedClasses(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  const shared = Array.from(labels, (_, row) => row).filter((row) => counts[labels[row]!]! >= 2);
  return shared.length > 0 ? shared : Array.from(labels, (_, row) => row);
}

/** Some rows of a matrix [rows, columns]. */
export function pickRows(values: Float64Array, rows: readonly number[], columns: number): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    picked.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return picked;
}

/** Nats of mean log-likelihood that are no reason to prefer a weaker penalty. */
const indifference = 1e-3;

/** The score with the strongest penalty among those whose log-likelihood is (all but) the highest. */
export function chooseRidgePenalty(scores: readonly RidgeLooScore[]): RidgeLooScore {
  const highest = scores.reduce(
    (best, score) => Math.max(best, score.logLikelihood),
    Number.NEGATIVE_INFINITY,
  );
  return scores
    .filter((score) => score.logLikelihood >= highest - indifference)
    .reduce((strongest, score) => (score.penalty > strongest.penalty ? score : strongest));
}
