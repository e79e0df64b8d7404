/**
 * Temperature scaling: fits the factor that makes softmax(factor x score) most likely for the labels.
 *
 * Scores must come from rows that the scorer was not fitted on (here: leave-one-out). A share of each label
 * ({@link computeErrorShare}) is spread over the other classes, so that perfectly separated rows do not lead
 * to an infinite factor (compare Platt 1999, section 2.2, for two classes).
 */

/**
 * Expected error rate if `rows` contain no error: 0.5 / (rows + 1), the posterior mean under Jeffreys' prior
 * (Krichevsky and Trofimov 1981), which minimises the worst-case log-loss. Laplace's rule, 1 / (rows + 2),
 * gives twice as many errors and made golems of few recordings under-confident (LOG.md).
 */
export const computeErrorShare = (rows: number): number => 0.5 / (rows + 1);

/** The fitted factor and the mean log-likelihood (natural log, true labels) of softmax(factor x scores). */
export interface Temperature {
  /** Inverse temperature, greater than 0. */
  readonly factor: number;
  readonly logLikelihood: number;
}

/** Fits the factor by Newton's method from `start`; scores [rows, classes]. */
export function fitTemperature(
  scores: Float64Array,
  labels: Int32Array,
  classes: number,
  start?: number,
): Temperature {
  const rows = labels.length;
  const share = computeErrorShare(rows);
  // Expected score under the smoothed labels, and the spread of the scores, which sets the scale.
  let target = 0;
  let own = 0;
  let spread = 0;
  for (let i = 0, base = 0; i < rows; i++, base += classes) {
    const label = scores[base + labels[i]!]!;
    let sum = 0;
    let square = 0;
    for (let k = base; k < base + classes; k++) {
      sum += scores[k]!;
      square += scores[k]! * scores[k]!;
    }
    own += label;
    target += (1 - share) * label + (share * (sum - label)) / (classes - 1);
    spread += square / classes - (sum / classes) ** 2;
  }
  const deviation = Math.sqrt(Math.max(spread, 0) / rows);
  if (!(deviation > 0)) return { factor: 1, logLikelihood: -Math.log(classes) };
  const least = 1e-3 / deviation;
  const most = 1e3 / deviation;
  let low = least;
  let high = most;
  let factor = start === undefined ? 1 / deviation : Math.min(Math.max(start, low), high);
  for (let round = 0; round < 50; round++) {
    const at = computeMoments(scores, rows, classes, factor);
    const slope = at.mean - target;
    if (slope > 0) high = factor;
    else low = factor;
    let next = factor - slope / at.variance;
    if (!(next > low && next < high)) next = Math.sqrt(low * high);
    // Newton's method squares the error: after a step of a thousandth, an error of a millionth remains.
    const isDone = Math.abs(next - factor) <= 1e-3 * factor;
    factor = next;
    if (isDone) break;
  }
  return {
    factor,
    logLikelihood: (factor * own - computeMoments(scores, rows, classes, factor).normaliser) / rows,
  };
}

/** Sums over rows of log sum exp(factor x score), and of mean and variance of the score under the softmax. */
function computeMoments(
  scores: Float64Array,
  rows: number,
  classes: number,
  factor: number,
): { normaliser: number; mean: number; variance: number } {
  let normaliser = 0;
  let mean = 0;
  let variance = 0;
  for (let i = 0, base = 0; i < rows; i++, base += classes) {
    let highest = scores[base]!;
    for (let k = base + 1; k < base + classes; k++) if (scores[k]! > highest) highest = scores[k]!;
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let k = base; k < base + classes; k++) {
      const offset = scores[k]! - highest;
      const weight = Math.exp(factor * offset);
      sum += weight;
      first += weight * offset;
      second += weight * offset * offset;
    }
    normaliser += Math.log(sum) + factor * highest;
    mean += first / sum + highest;
    variance += second / sum - (first / sum) ** 2;
  }
  return { normaliser, mean, variance };
}
