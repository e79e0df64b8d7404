/**
 * Exact leave-one-out outputs of ridge regression for every penalty of a grid, without refitting; or, if rows
 * come in groups (one speaker's recordings), leave-one-group-out.
 *
 * Not its concern: the use of the scores.
 *
 * The error of row i when it is left out is residual_i / (1 - h_i), where h are the leverages, including the
 * intercept's w_i / sum(w) (Allen 1974, PRESS). For a group b it is (I - H_bb)^-1 residual_b. The result
 * equals that of a fit without these rows, intercept included; the standardisation done beforehand does not
 * change. If a class has no row outside a group, no +1 target is left for it and its output is -1; such rows
 * are excluded from the calibration and the likelihood.
 */
import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import type { RidgeProblem } from "./ridge-problem.ts";
import { pickRows, type RidgeRemainder } from "./ridge-solver.ts";
import { fitTemperature } from "./temperature.ts";

/** Leave-one-out results at one penalty. */
export interface RidgeLooScore {
  /** Relative to the mean squared norm of the centred rows. */
  readonly penalty: number;
  /** [rows, classes]: row i holds the outputs, for row i, of the fit without row i (or its group). */
  readonly outputs: Float64Array;
  /** Weighted mean over rows and classes of (output - target)^2. */
  readonly squaredError: number;
  /** Factor that calibrates the outputs for softmax, fitted on them. */
  readonly factor: number;
  /** Mean log-likelihood of the labels under softmax(factor x outputs), natural logarithm. */
  readonly logLikelihood: number;
}

/** The blocks of rows that are left out together, and the rows that are scored. */
export interface LeaveOut {
  /** Blocks of rows that are left out together. */
  readonly blocks: readonly (readonly number[])[];
  /** Rows whose class has a row outside their block; all rows if there are none. */
  readonly counted: readonly number[];
  /** False if no row's class has a row outside its block: then nothing is measured. */
  readonly isMeasured: boolean;
}

/**
 * Plans what to leave out: groups if they are given and, for at least half of the rows, another group has a
 * row of the same class; otherwise single rows.
 */
export function planLeaveOut(labels: ArrayLike<number>, groups?: readonly (string | undefined)[]): LeaveOut {
  const rows = labels.length;
  const single = createLeaveOut(labels, (row) => row);
  if (!groups) return single;
  const grouped = createLeaveOut(labels, (row) => groups[row] ?? row);
  const isUsable = grouped.isMeasured && 2 * grouped.counted.length >= rows;
  return isUsable ? grouped : single;
}

function createLeaveOut(labels: ArrayLike<number>, getBlock: (row: number) => string | number): LeaveOut {
  const blocks = new Map<string | number, number[]>();
  const perClass = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    const key = getBlock(row);
    const block = blocks.get(key);
    if (block) block.push(row);
    else blocks.set(key, [row]);
    perClass.set(labels[row]!, (perClass.get(labels[row]!) ?? 0) + 1);
  }
  const counted: number[] = [];
  for (const block of blocks.values()) {
    const own = new Map<number, number>();
    for (const row of block) own.set(labels[row]!, (own.get(labels[row]!) ?? 0) + 1);
    for (const row of block) if (perClass.get(labels[row]!)! > own.get(labels[row]!)!) counted.push(row);
  }
  const isMeasured = counted.length > 0;
  return {
    blocks: [...blocks.values()],
    counted: isMeasured ? counted.sort((a, b) => a - b) : Array.from(labels, (_, row) => row),
    isMeasured,
  };
}

/**
 * Computes leave-one-out outputs, error and calibrated log-likelihood for each (relative) penalty. The
 * log-likelihood at the best penalty is a cheap criterion for choosing between feature sets (encoder layers)
 * inside a fold. `leaveOut` defaults to single rows.
 */
export function computeRidgeLooScores(
  problem: RidgeProblem,
  penalties: readonly number[],
  leaveOut: LeaveOut = planLeaveOut(problem.labels),
): RidgeLooScore[] {
  return penalties.map(createScorer(problem, leaveOut));
}

/**
 * Climbs from the middle of the (ascending) penalties until both neighbours have a lower likelihood; returns
 * the score that {@link chooseRidgePenalty} picks from the visited penalties. Half the work of trying all
 * penalties, with the same result if the likelihood has one peak.
 */
export function findRidgePenalty(
  problem: RidgeProblem,
  penalties: readonly number[],
  leaveOut: LeaveOut = planLeaveOut(problem.labels),
): RidgeLooScore {
  return climbPenalties(penalties, createScorer(problem, leaveOut));
}

/** Climbs as {@link findRidgePenalty} does, over any score of an (ascending) penalty. */
export function climbPenalties(
  penalties: readonly number[],
  compute: (penalty: number) => RidgeLooScore,
): RidgeLooScore {
  const scores = new Map<number, RidgeLooScore>();
  const visit = (place: number): number => {
    const penalty = penalties[place];
    if (penalty === undefined) return Number.NEGATIVE_INFINITY;
    const score = scores.get(place) ?? compute(penalty);
    scores.set(place, score);
    return score.logLikelihood;
  };
  let place = penalties.length >> 1;
  for (;;) {
    const here = visit(place);
    // The stronger penalty first: it is preferred if the likelihood is the same.
    if (visit(place + 1) > here) place++;
    else if (visit(place - 1) > here) place--;
    else return chooseRidgePenalty([...scores.values()]);
  }
}

/** Creates a function that computes the score at a relative penalty. */
function createScorer(problem: RidgeProblem, leaveOut: LeaveOut): (penalty: number) => RidgeLooScore {
  const { rows, classes, labels, solver } = problem;
  const { blocks, counted } = leaveOut;
  const countedLabels = Int32Array.from(counted, (row) => labels[row]!);
  let start: number | undefined;
  return (penalty) => {
    const remainder = solver.computeRemainder(penalty * problem.meanSquare);
    const errors = leaveBlocksOut(problem, remainder, blocks);
    const { outputs, squaredError } = computeOutputs(problem, errors);
    const countedOutputs = counted.length === rows ? outputs : pickRows(outputs, counted, classes);
    const { factor, logLikelihood } = fitTemperature(countedOutputs, countedLabels, classes, start);
    start = factor;
    return { penalty, outputs, squaredError, factor, logLikelihood };
  };
}

/** Outputs of the rows when their block is left out, and their weighted mean squared error. */
function computeOutputs(
  { rows, classes, labels, weights, totalWeight }: RidgeProblem,
  errors: Float64Array,
): Pick<RidgeLooScore, "outputs" | "squaredError"> {
  const outputs = new Float64Array(rows * classes);
  let squaredError = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights[i]!;
    const root = Math.sqrt(weight);
    for (let k = 0; k < classes; k++) {
      const error = errors[i * classes + k]! / root;
      outputs[i * classes + k] = (labels[i] === k ? 1 : -1) - error;
      squaredError += (weight * error * error) / (totalWeight * classes);
    }
  }
  return { outputs, squaredError };
}

/**
 * Outputs [rows, classes] at one penalty for each division of the rows into blocks: those of row i are of the
 * fit without the block that row i is in. Rows in no block are fitted on.
 */
export function computeLeftOut(
  problem: RidgeProblem,
  penalty: number,
  divisions: readonly (readonly (readonly number[])[])[],
): Float64Array[] {
  const { classes, labels, weights, solver } = problem;
  const remainder = solver.computeRemainder(penalty * problem.meanSquare);
  return divisions.map((blocks) => {
    const errors = leaveBlocksOut(problem, remainder, blocks);
    return errors.map((error, i) => {
      const row = Math.floor(i / classes);
      return (labels[row] === i % classes ? 1 : -1) - error / Math.sqrt(weights[row]!);
    });
  });
}

/**
 * Errors of the rows when their block is left out, each still multiplied by the root of its weight. Solves
 * (I - H_bb) e = r for each block; H includes the intercept.
 */
function leaveBlocksOut(
  { classes, weights, totalWeight }: RidgeProblem,
  { residuals, complements, computeBlock }: RidgeRemainder,
  blocks: readonly (readonly number[])[],
): Float64Array {
  const errors = residuals.slice();
  const largest = blocks.reduce((size, block) => Math.max(size, block.length), 1);
  const scratch = new Float64Array(largest * largest);
  const own = new Float64Array(largest * classes);
  for (const block of blocks) {
    const size = block.length;
    if (size === 1) {
      const row = block[0]!;
      const alone = Math.max(complements[row]! - weights[row]! / totalWeight, 1e-12);
      for (let k = row * classes; k < (row + 1) * classes; k++) errors[k]! /= alone;
      continue;
    }
    const complement = computeBlock(block, scratch);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const intercept = Math.sqrt(weights[block[a]!]! * weights[block[b]!]!) / totalWeight;
        const at = a * size + b;
        complement[at] = (a === b ? complements[block[a]!]! + 1e-12 : complement[at]!) - intercept;
      }
      const from = block[a]! * classes;
      for (let k = 0; k < classes; k++) own[a * classes + k] = errors[from + k]!;
    }
    solveCholesky(factorCholesky(complement, size), size, own, classes);
    for (let a = 0; a < size; a++) {
      const to = block[a]! * classes;
      for (let k = 0; k < classes; k++) errors[to + k] = own[a * classes + k]!;
    }
  }
  return errors;
}

/** A weaker penalty is preferred only if its mean log-likelihood is higher by more than this, in nats. */
const indifference = 1e-3;

/**
 * Chooses the score with the strongest penalty among those whose log-likelihood is within {@link
 * indifference} of the highest.
 */
export function chooseRidgePenalty(scores: readonly RidgeLooScore[]): RidgeLooScore {
  const highest = scores.reduce(
    (best, score) => Math.max(best, score.logLikelihood),
    Number.NEGATIVE_INFINITY,
  );
  return scores
    .filter((score) => score.logLikelihood >= highest - indifference)
    .reduce((strongest, score) => (score.penalty > strongest.penalty ? score : strongest));
}
