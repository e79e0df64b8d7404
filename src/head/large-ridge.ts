/**
 * Ridge heads for hundreds of rows and more: one product matrix serves the penalty, the folds of
 * cross-validation and the head itself.
 *
 * Not its concern: the meaning of the rows, how views are pooled.
 *
 * - Up to `maximumDense` rows, outputs of rows left out come from the matrix I - H, as in ridge-loo.ts: exact
 *   for every speaker, and for every fold of every repeat.
 * - Above, X^T X, X^T y and the sums of each class are collected per fold in pieces of rows; leaving a fold
 *   out is a subtraction, solved by one Cholesky factor of the size of the features. The penalty is chosen
 *   on these folds, with a sample of their rows. Memory does not grow with the number of rows.
 *
 * Standardisation is of all rows, those of the fold included; it uses no labels.
 */

import { factorCholesky, solveCholesky } from "../math/cholesky.ts";
import type { Matrix } from "../math/matrix.ts";
import { multiply, multiplyTransposed } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import { headDefaults } from "./options.ts";
import {
  climbPenalties,
  computeLeftOut,
  findRidgePenalty,
  type LeaveOut,
  type RidgeLooScore,
} from "./ridge-loo.ts";
import { createRidgeProblemFromRows, solveRidge } from "./ridge-problem.ts";
import { pickRows } from "./ridge-solver.ts";
import { applyStandardisation, fitStandardisation, type Standardisation } from "./standardisation.ts";
import { fitTemperature } from "./temperature.ts";
import { createTrainingSet } from "./training-set.ts";

/** Maximum number of rows for which a matrix [rows, rows] or [rows, features] is held in memory. */
export const maximumDense = 2000;

/** Blocks of rows that are left out together. */
export type Division = readonly (readonly number[])[];

/** The rows of a large problem, and the blocks that are left out of it. */
export interface LargeProblem {
  readonly labels: Int32Array;
  readonly classes: number;
  readonly leaveOut: LeaveOut;
  /** Repeats of cross-validation; at least one if there are more than `maximumDense` rows. */
  readonly divisions: readonly Division[];
  /** Rows on which penalties and weights are chosen. */
  readonly chosenOn: readonly number[];
}

/** A ridge head of many rows, and its outputs for rows it was not fitted on. */
export interface LargeRidge {
  /** Of the chosen penalty; `outputs` [rows, classes] are those of each row when it is left out. */
  readonly loo: Pick<RidgeLooScore, "penalty" | "factor" | "logLikelihood" | "outputs">;
  /** For each division: outputs [rows, classes] of each row when its block is left out. */
  readonly leftOut: readonly Float64Array[];
  readonly head: Head;
}

const { penalties } = headDefaults.ridge;

/** Fits standardised, normalised rows [rows, features], all in memory. */
export function fitDenseRidge(features: Matrix, problem: LargeProblem): LargeRidge {
  const { labels, classes, leaveOut, divisions } = problem;
  createTrainingSet(features, labels, classes);
  const standardisation = fitStandardisation(features);
  const x = applyStandardisation(features, standardisation, true);
  const ridge = createRidgeProblemFromRows(x, features.columns, labels, classes);
  const loo = findRidgePenalty(ridge, penalties, leaveOut);
  const weight = multiplyTransposed(
    solveRidge(ridge, loo.penalty),
    x,
    classes,
    features.columns,
    features.rows,
  );
  const mean = new Float64Array(features.columns);
  for (let i = 0; i < x.length; i++) mean[i % mean.length]! += x[i]! / features.rows;
  const bias = ridge.targetMeans.map((target, k) => target - dotRow(weight, k, mean));
  return {
    ...{ loo, leftOut: divisions.length > 0 ? computeLeftOut(ridge, loo.penalty, divisions) : [] },
    head: createLargeHead(
      { weight, bias },
      { standardisation, normalise: true },
      loo,
      ridge.meanSquare,
      problem,
    ),
  };
}

function dotRow(weight: Float64Array, row: number, vector: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum += weight[row * vector.length + j]! * vector[j]!;
  return sum;
}

/** Creates the head from weight [classes, features] and bias [classes], not calibrated yet. */
export function createLargeHead(
  { weight, bias }: { readonly weight: Float64Array; readonly bias: Float64Array },
  { standardisation, normalise }: { readonly standardisation: Standardisation; readonly normalise: boolean },
  { penalty, factor, logLikelihood }: LargeRidge["loo"],
  meanSquare: number,
  { labels, classes, leaveOut, divisions, chosenOn }: LargeProblem,
): Head {
  const isDense = labels.length <= maximumDense;
  return createNetworkHead({
    ...{ kind: "ridge", standardisation, normalise },
    layers: [
      {
        ...{ inputs: weight.length / classes, outputs: classes },
        weight: weight.map((value) => factor * value),
        bias: bias.map((value) => factor * value),
      },
    ],
    facts: {
      ...{ penalty, alpha: penalty * meanSquare, factor, looLogLikelihood: logLikelihood },
      ...{ classWeight: headDefaults.ridge.classWeight, standardise: normalise, normalise },
      leftOutAtOnce: isDense ? leaveOut.blocks.length : divisions[0]!.length,
      chosenOn: isDense ? leaveOut.counted.length : chosenOn.length,
    },
  });
}

/** Raw rows [picked rows, features] of a view, read in pieces. */
export interface RowReader {
  readonly rows: number;
  readonly columns: number;
  read(rows: readonly number[]): Matrix;
}

/** Rows read at a time. */
const pieceRows = 512;

/** Sums over some rows, from which ridge regression is solved. */
interface Sums {
  readonly counts: Float64Array;
  /** [features, features] */
  readonly products: Float64Array;
  /** Sum of the rows of each class: [classes, features]. */
  readonly byClass: Float64Array;
}

/** Fits rows that are read in pieces; yields the completed share of the work. */
export function* fitStreamedRidge(reader: RowReader, problem: LargeProblem): Generator<number, LargeRidge> {
  const { labels, classes, divisions, chosenOn } = problem;
  const { columns } = reader;
  const standardisation = yield* fitStreamedStandardisation(reader);
  const read = (rows: readonly number[]): Float64Array =>
    applyStandardisation(reader.read(rows), standardisation, true);
  const addRows = function* (rows: readonly number[]): Generator<number, Sums> {
    const sums = createSums(classes, columns);
    for (let from = 0; from < rows.length; from += pieceRows) {
      const piece = rows.slice(from, from + pieceRows);
      const x = read(piece);
      addTo(sums.products, multiplyTransposed(x, x, columns, columns, piece.length));
      for (const [i, row] of piece.entries()) {
        const label = labels[row]!;
        sums.counts[label]!++;
        for (let j = 0; j < columns; j++) sums.byClass[label * columns + j]! += x[i * columns + j]!;
      }
      yield 0.4;
    }
    return sums;
  };
  const collect = function* (blocks: Division): Generator<number, { folds: Sums[]; all: Sums }> {
    const left = new Set(reader.rows === blocks.flat().length ? [] : [...labels.keys()]);
    for (const row of blocks.flat()) left.delete(row);
    const folds: Sums[] = [];
    const all = yield* addRows([...left]);
    for (const block of blocks) {
      const own = yield* addRows(block);
      folds.push(own);
      for (const name of ["counts", "products", "byClass"] as const) addTo(all[name], own[name]);
    }
    return { folds, all };
  };
  const predict = (blocks: Division, fits: readonly LinearFit[], out: Float64Array): Float64Array => {
    for (const [f, block] of blocks.entries()) {
      const { weight, bias } = fits[f]!;
      for (let from = 0; from < block.length; from += pieceRows) {
        const piece = block.slice(from, from + pieceRows);
        const scores = multiply(read(piece), weight, piece.length, classes, columns);
        for (const [i, row] of piece.entries()) {
          for (let k = 0; k < classes; k++) out[row * classes + k] = scores[i * classes + k]! + bias[k]!;
        }
      }
    }
    return out;
  };

  const [first] = divisions;
  const sums = yield* collect(first!);
  const meanSquare = computeMeanSquare(sums.all, columns);
  const chosen = new Set(chosenOn);
  const sampled = first!.map((block) => block.filter((row) => chosen.has(row)));
  const sampledLabels = Int32Array.from(chosenOn, (row) => labels[row]!);
  const solveFolds = ({ folds, all }: typeof sums, penalty: number): LinearFit[] =>
    folds.map((fold) => solveSums(all, fold, penalty * meanSquare, columns));
  const outputs = new Float64Array(labels.length * classes);
  const best = climbPenalties(penalties, (penalty): RidgeLooScore => {
    predict(sampled, solveFolds(sums, penalty), outputs);
    const held = pickRows(outputs, chosenOn, classes);
    const { factor, logLikelihood } = fitTemperature(held, sampledLabels, classes);
    return { penalty, outputs, squaredError: Number.NaN, factor, logLikelihood };
  });
  yield 0.7;
  const leftOut: Float64Array[] = [];
  for (const [i, blocks] of divisions.entries()) {
    const own = i === 0 ? sums : yield* collect(blocks);
    leftOut.push(predict(blocks, solveFolds(own, best.penalty), new Float64Array(outputs.length)));
    yield 0.9;
  }
  const { weight, bias } = solveSums(sums.all, undefined, best.penalty * meanSquare, columns);
  const loo = { ...best, outputs: leftOut[0]! };
  const turned = new Float64Array(weight.length);
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k < classes; k++) turned[k * columns + j] = weight[j * classes + k]!;
  }
  const head = createLargeHead(
    { weight: turned, bias },
    { standardisation, normalise: true },
    loo,
    meanSquare,
    problem,
  );
  return { loo, leftOut, head };
}

/** Mean and deviation of each feature in one pass, relative to the first row. */
function* fitStreamedStandardisation(reader: RowReader): Generator<number, Standardisation> {
  const { rows, columns } = reader;
  const origin = Float64Array.from(reader.read([0]).data);
  const sum = new Float64Array(columns);
  const square = new Float64Array(columns);
  for (let from = 0; from < rows; from += pieceRows) {
    const piece = Array.from({ length: Math.min(pieceRows, rows - from) }, (_, i) => from + i);
    const { data } = reader.read(piece);
    for (let start = 0; start < data.length; start += columns) {
      for (let j = 0; j < columns; j++) {
        const offset = data[start + j]! - origin[j]!;
        sum[j]! += offset;
        square[j]! += offset * offset;
      }
    }
    yield 0.1;
  }
  const mean = Float32Array.from(sum, (value, j) => origin[j]! + value / rows);
  const scale = Float32Array.from(sum, (value, j) => {
    const deviation = Math.sqrt(Math.max(0, square[j]! / rows - (value / rows) ** 2));
    return deviation > 1e-6 * Math.abs(mean[j]!) ? deviation : 1;
  });
  return { mean, scale };
}

const createSums = (classes: number, features: number): Sums => ({
  counts: new Float64Array(classes),
  products: new Float64Array(features * features),
  byClass: new Float64Array(classes * features),
});

function addTo(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

interface LinearFit {
  /** [features, classes] */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Ridge regression on the rows of `all` without those of `left`, at an absolute penalty. */
function solveSums(all: Sums, left: Sums | undefined, penalty: number, features: number): LinearFit {
  const take = (name: keyof Sums): Float64Array =>
    left ? all[name].map((value, i) => value - left[name][i]!) : Float64Array.from(all[name]);
  const counts = take("counts");
  const products = take("products");
  const byClass = take("byClass");
  const classes = counts.length;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = new Float64Array(features);
  for (let i = 0; i < byClass.length; i++) mean[i % features]! += byClass[i]! / rows;
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) products[i * features + j]! -= rows * mean[i]! * mean[j]!;
    products[i * features + i]! += penalty;
  }
  const weight = new Float64Array(features * classes);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) {
      weight[j * classes + k] = 2 * (byClass[k * features + j]! - counts[k]! * mean[j]!);
    }
  }
  solveCholesky(factorCholesky(products, features), features, weight, classes);
  const bias = counts.map((count) => (2 * count) / rows - 1);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < classes; k++) bias[k]! -= mean[j]! * weight[j * classes + k]!;
  }
  return { weight, bias };
}

/** Mean squared norm of the centred rows. */
function computeMeanSquare({ counts, products, byClass }: Sums, features: number): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const mean = new Float64Array(features);
  for (let i = 0; i < byClass.length; i++) mean[i % features]! += byClass[i]! / rows;
  let trace = 0;
  for (let j = 0; j < features; j++) trace += products[j * features + j]! - rows * mean[j]! ** 2;
  return trace > 0 ? trace / rows : 1;
}
