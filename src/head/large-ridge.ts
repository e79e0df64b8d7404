/**
 * Ridge heads for hundreds of rows and more: one product matrix serves the penalty, the folds of
 * cross-validation and the head itself.
 *
 * Not its concern: fusion.
 *
 * - Up to `maximumDense` rows, outputs of rows left out come from the matrix I - H, as in ridge-loo.ts: exact
 *   for every speaker, and for every fold of every repeat.
 * - Above, X^T X, X^T y and the sums of each class are collected per fold in pieces of rows; leaving a fold
 *   out is a subtraction, solved by one Cholesky factor of the size of the features. The penalty is chosen on
 *   these folds, with a sample of their rows. Memory does not grow with the number of rows; rows that are
 *   never predicted (`more`) need not be listed.
 *
 * Standardisation is fitted to all rows but `more`, including those of the fold; it uses no labels.
 */

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
import {
  addPiece,
  addSums,
  computeMeanSquare,
  createSums,
  type LinearFit,
  type Sums,
  solveSums,
} from "./ridge-sums.ts";
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
  /** The result is valid until the next call. */
  read(rows: readonly number[]): Matrix;
  /** Reads rows that are fitted on as well but never predicted, in pieces. */
  readonly readMore?: (() => Iterable<MoreRidgeRows>) | undefined;
}

/** A piece of the rows that are fitted on and never predicted. */
export interface MoreRidgeRows {
  /** [rows, features] */
  readonly features: Matrix;
  /** Class of each row. */
  readonly labels: ArrayLike<number>;
  /** For each division, the block with which each row is left out; -1: none. */
  readonly blocks: readonly ArrayLike<number>[];
}

/** Rows read at a time. */
const pieceRows = 512;

/** Fits rows that are read in pieces; yields the completed share of the work. */
export function* fitStreamedRidge(reader: RowReader, problem: LargeProblem): Generator<number, LargeRidge> {
  const { labels, classes, divisions, chosenOn } = problem;
  const { columns } = reader;
  const standardisation = yield* fitStreamedStandardisation(reader);
  // Memory of its own for every piece would be several times that of the sums before it is collected.
  const square = new Float64Array(columns * columns);
  let pieces = new Float64Array(pieceRows * columns);
  const standardise = (raw: Matrix): Float64Array => {
    if (pieces.length < raw.data.length) pieces = new Float64Array(raw.data.length);
    const result = pieces.subarray(0, raw.data.length);
    return applyStandardisation(raw, standardisation, true, 0, raw.rows, result);
  };
  const read = (rows: readonly number[]): Float64Array => standardise(reader.read(rows));
  const addRows = function* (rows: readonly number[], sums: Sums): Generator<number, void> {
    for (let from = 0; from < rows.length; from += pieceRows) {
      const piece = rows.slice(from, from + pieceRows);
      addPiece(
        sums,
        read(piece),
        Int32Array.from(piece, (row) => labels[row]!),
        square,
      );
      yield 0.4;
    }
  };
  const collect = function* (blocks: Division, division: number): Generator<number, FoldSums> {
    const outside = new Set(labels.keys());
    for (const block of blocks) for (const row of block) outside.delete(row);
    const sums: FoldSums = {
      all: createSums(classes, columns),
      folds: blocks.map(() => createSums(classes, columns)),
    };
    yield* addRows([...outside], sums.all);
    for (const [f, block] of blocks.entries()) yield* addRows(block, sums.folds[f]!);
    for (const piece of reader.readMore?.() ?? []) {
      addMore(sums, standardise(piece.features), piece, division, square);
      yield 0.4;
    }
    for (const fold of sums.folds) addSums(sums.all, fold);
    return sums;
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
  const sums = yield* collect(first!, 0);
  const meanSquare = computeMeanSquare(sums.all);
  const chosen = new Set(chosenOn);
  const sampled = first!.map((block) => block.filter((row) => chosen.has(row)));
  const sampledLabels = Int32Array.from(chosenOn, (row) => labels[row]!);
  const solveFolds = ({ folds, all }: typeof sums, penalty: number): LinearFit[] =>
    folds.map((fold) => solveSums(all, fold, { penalty: penalty * meanSquare, square }));
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
    const own = i === 0 ? sums : yield* collect(blocks, i);
    leftOut.push(predict(blocks, solveFolds(own, best.penalty), new Float64Array(outputs.length)));
    yield 0.9;
  }
  const { weight, bias } = solveSums(sums.all, undefined, { penalty: best.penalty * meanSquare, square });
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

/** Fits mean and deviation of each feature in one pass, relative to the first row. */
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

/** Sums of all rows, and of those of each block. */
interface FoldSums {
  readonly all: Sums;
  readonly folds: readonly Sums[];
}

/** Adds a piece of rows to the sums of their blocks, and to those of no block. */
function addMore(
  { all, folds }: FoldSums,
  x: Float64Array,
  { features, labels, blocks }: MoreRidgeRows,
  division: number,
  square: Float64Array,
): void {
  const own = blocks[division]!;
  for (const [f, sums] of [all, ...folds].entries()) {
    const rows = [...Array(features.rows).keys()].filter((row) => own[row] === f - 1);
    if (rows.length === 0) continue;
    const isWhole = rows.length === features.rows;
    const picked = isWhole ? x : pickRows(x, rows, features.columns);
    addPiece(sums, picked, isWhole ? labels : Int32Array.from(rows, (row) => labels[row]!), square);
  }
}
