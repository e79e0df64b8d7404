/**
 * Ridge heads on hundreds of sparse rows and more (transcripts); computes the same as large-ridge.ts.
 *
 * Up to `maximumDense` rows, the Gram matrix is small; above, the penalty is chosen on a sample and each fold
 * is solved by conjugate gradients, whose time grows with the number of words.
 */
import type { SparseRows } from "../math/sparse-rows.ts";
import {
  computeSparseGram,
  multiplySparse,
  multiplySparseTransposed,
  pickSparseRows,
  solveSparseRidge,
} from "../math/sparse-rows.ts";
import {
  createLargeHead,
  type Division,
  type LargeProblem,
  type LargeRidge,
  maximumDense,
} from "./large-ridge.ts";
import { headDefaults } from "./options.ts";
import { computeLeftOut, findRidgePenalty, planLeaveOut } from "./ridge-loo.ts";
import { createRidgeProblem, solveRidge } from "./ridge-problem.ts";
import { pickRows } from "./ridge-solver.ts";
import { createIdentityStandardisation } from "./standardisation.ts";
import { fitTemperature } from "./temperature.ts";

const { penalties } = headDefaults.ridge;

/** Fits sparse rows, without standardisation; yields the completed share of the work. */
export function* fitSparseRidge(x: SparseRows, problem: LargeProblem): Generator<number, LargeRidge> {
  const { labels, classes, leaveOut, divisions, chosenOn } = problem;
  const form = { standardisation: createIdentityStandardisation(x.columns), normalise: false };
  if (x.rows <= maximumDense) {
    const ridge = createRidgeProblem(computeSparseGram(x), labels, classes);
    const loo = findRidgePenalty(ridge, penalties, leaveOut);
    const weight = multiplySparseTransposed(x, solveRidge(ridge, loo.penalty), classes);
    return {
      ...{ loo, leftOut: divisions.length > 0 ? computeLeftOut(ridge, loo.penalty, divisions) : [] },
      head: createLargeHead(finishFit(x, labels, classes, weight), form, loo, ridge.meanSquare, problem),
    };
  }
  const sample = pickSparseRows(x, chosenOn.slice(0, maximumDense / 2));
  const sampleLabels = Int32Array.from(chosenOn.slice(0, sample.rows), (row) => labels[row]!);
  const sampled = createRidgeProblem(computeSparseGram(sample), sampleLabels, classes);
  const { penalty } = findRidgePenalty(sampled, penalties, planLeaveOut(sampleLabels));
  const meanSquare = computeMeanSquare(x);
  const fitRows = (rows: readonly number[], start?: Float64Array): LinearFit => {
    const own = pickSparseRows(x, rows);
    const ownLabels = Int32Array.from(rows, (row) => labels[row]!);
    const targets = createTargets(ownLabels, classes);
    const weight = solveSparseRidge(own, targets, classes, penalty * meanSquare, start);
    return finishFit(own, ownLabels, classes, weight);
  };
  yield 0.1;
  const all = fitRows([...labels.keys()]);
  yield 0.3;
  const leftOut: Float64Array[] = [];
  for (const blocks of divisions)
    leftOut.push(yield* predictBlocks(x, blocks, classes, (rows) => fitRows(rows, all.columnsFirst)));
  const outputs = leftOut[0]!;
  const chosenLabels = Int32Array.from(chosenOn, (row) => labels[row]!);
  const temperature = fitTemperature(pickRows(outputs, chosenOn, classes), chosenLabels, classes);
  const loo = { penalty, outputs, ...temperature };
  return { loo, leftOut, head: createLargeHead(all, form, loo, meanSquare, problem) };
}

interface LinearFit {
  /** [classes, features] */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  /** The weight as [features, classes]. */
  readonly columnsFirst: Float64Array;
}

function* predictBlocks(
  x: SparseRows,
  blocks: Division,
  classes: number,
  fitRows: (rows: number[]) => LinearFit,
): Generator<number, Float64Array> {
  const outputs = new Float64Array(x.rows * classes);
  for (const [i, block] of blocks.entries()) {
    const out = new Set(block);
    const rows = Array.from({ length: x.rows }, (_, row) => row).filter((row) => !out.has(row));
    const { columnsFirst, bias } = fitRows(rows);
    const scores = multiplySparse(pickSparseRows(x, block), columnsFirst, classes);
    for (const [place, row] of block.entries()) {
      for (let k = 0; k < classes; k++) outputs[row * classes + k] = scores[place * classes + k]! + bias[k]!;
    }
    yield 0.3 + (0.7 * (i + 1)) / blocks.length;
  }
  return outputs;
}

/** Targets +1 and -1 minus their means: [rows, classes]. */
function createTargets(labels: Int32Array, classes: number): Float64Array {
  const shares = computeShares(labels, classes);
  const targets = new Float64Array(labels.length * classes);
  for (const [i, label] of labels.entries()) {
    for (let k = 0; k < classes; k++) targets[i * classes + k] = 2 * ((label === k ? 1 : 0) - shares[k]!);
  }
  return targets;
}

function computeShares(labels: Int32Array, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const label of labels) shares[label]! += 1 / labels.length;
  return shares;
}

/** Transposes a weight [features, classes], and adds the intercept. */
function finishFit(
  x: SparseRows,
  labels: Int32Array,
  classes: number,
  columnsFirst: Float64Array,
): LinearFit {
  const mean = multiplySparseTransposed(x, new Float64Array(x.rows).fill(1 / x.rows), 1);
  const bias = computeShares(labels, classes).map((share) => 2 * share - 1);
  const weight = new Float64Array(columnsFirst.length);
  for (let j = 0; j < x.columns; j++) {
    for (let k = 0; k < classes; k++) {
      const value = columnsFirst[j * classes + k]!;
      weight[k * x.columns + j] = value;
      bias[k]! -= mean[j]! * value;
    }
  }
  return { weight, bias, columnsFirst };
}

/** Computes the mean squared norm of the centred rows. */
function computeMeanSquare(x: SparseRows): number {
  const mean = multiplySparseTransposed(x, new Float64Array(x.rows).fill(1 / x.rows), 1);
  let total = 0;
  for (const value of x.values) total += value * value;
  for (const value of mean) total -= x.rows * value * value;
  return total > 0 ? total / x.rows : 1;
}
