/**
 * The head `ridge`: one-against-rest least squares; penalty and calibration are chosen by exact
 * leave-one-out.
 *
 * Not its concern: how leave-one-out works (ridge-loo.ts).
 *
 * It solves the same problem as scikit-learn's RidgeClassifier(alpha = penalty x meanSquare), whose
 * decision_function gives the outputs before calibration. Logits are these outputs times the factor that
 * makes the labels of left-out rows most likely under softmax.
 */

import { createMatrix, type Matrix } from "../math/matrix.ts";
import { addScaled, computeGram, multiplyTransposed } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import type { RidgeOptions } from "./options.ts";
import { findRidgePenalty, type LeaveOut, planLeaveOut, type RidgeLooScore } from "./ridge-loo.ts";
import {
  computeWeightedMean,
  createRidgeProblem,
  createRidgeProblemFromRows,
  type RidgeProblem,
  solveRidge,
} from "./ridge-problem.ts";
import { pickRows } from "./ridge-solver.ts";
import {
  applyStandardisation,
  createIdentityStandardisation,
  fitStandardisation,
  type Standardisation,
} from "./standardisation.ts";
import { computeRowWeights, createTrainingSet, type TrainingSet } from "./training-set.ts";

/** Trains a ridge head in closed form. */
export function trainRidge(set: TrainingSet, options: RidgeOptions): Head {
  return prepareRidge(set, options).createHead();
}

/**
 * A ridge head whose penalty is chosen but whose weights are not computed: its leave-one-out score may rule
 * it out.
 */
export interface PreparedRidge {
  /** Outputs for each training row of a fit without that row (and the rows left out with it). */
  readonly loo: RidgeLooScore;
  /** Creates the head, with other weights if they are given. */
  createHead(layer?: LinearLayer): Head;
  /** The calibrated weights and biases that the head consists of, for standardised rows. */
  computeLayer(): LinearLayer;
}

/** Weights [classes, features] and biases [classes]. */
interface LinearLayer {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Chooses the penalty and the calibration of a ridge head; `rowWeights` multiply those of the classes. */
export function prepareRidge(
  { embeddings, labels, counts, classes }: TrainingSet,
  options: RidgeOptions,
  leaveOut: LeaveOut = planLeaveOut(labels),
  rowWeights?: Float64Array,
): PreparedRidge {
  const { columns: features } = embeddings;
  const standardisation = options.standardise
    ? fitStandardisation(embeddings)
    : createIdentityStandardisation(features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise);
  const weights = computeRowWeights(labels, counts, options.classWeight, rowWeights);
  const problem = createRidgeProblemFromRows(x, features, labels, classes, weights);
  return chooseRidge({ problem, x, standardisation, options }, leaveOut);
}

/** Rows that a head is fitted to, and what is left out of them. */
export interface RowGroup {
  /** Originals first. */
  readonly rows: readonly number[];
  /** Of places in `rows`. */
  readonly leaveOut: LeaveOut;
}

/**
 * Prepares a ridge head on each of several groups of rows, of which the first `originals` are in all groups
 * and the others are copies of them. Standardisation is fitted to the originals, so the heads can be joined,
 * and the products of rows are computed once.
 */
export function prepareRidgeGroups(
  { embeddings, labels, classes }: TrainingSet,
  options: RidgeOptions,
  originals: number,
  groups: readonly RowGroup[],
  rowWeights?: Float64Array,
): PreparedRidge[] {
  const { rows: count, columns: features, data } = embeddings;
  const standardisation = options.standardise
    ? fitStandardisation({ rows: originals, columns: features, data: data.subarray(0, originals * features) })
    : createIdentityStandardisation(features);
  const all = applyStandardisation(embeddings, standardisation, options.normalise);
  const gram = computeGram(all, count, features);
  return groups.map(({ rows, leaveOut }) => {
    const own = createTrainingSet(
      pickMatrixRows(embeddings, rows),
      rows.map((row) => labels[row]!),
      classes,
    );
    const ownWeights = rowWeights && Float64Array.from(rows, (row) => rowWeights[row]!);
    const weights = computeRowWeights(own.labels, own.counts, options.classWeight, ownWeights);
    const block = new Float64Array(rows.length * rows.length);
    for (const [i, row] of rows.entries()) {
      for (const [j, column] of rows.entries()) block[i * rows.length + j] = gram[row * count + column]!;
    }
    const problem = createRidgeProblem(block, own.labels, classes, weights);
    return chooseRidge({ problem, x: pickRows(all, rows, features), standardisation, options }, leaveOut);
  });
}

function pickMatrixRows({ columns, data }: Matrix, rows: readonly number[]): Matrix {
  const picked = createMatrix(rows.length, columns);
  for (const [i, row] of rows.entries()) {
    picked.data.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return picked;
}

/** A problem, its standardised rows [rows, features], and how they were standardised. */
interface PosedRidge {
  readonly problem: RidgeProblem;
  readonly x: Float64Array;
  readonly standardisation: Standardisation;
  readonly options: RidgeOptions;
}

function chooseRidge(
  { problem, x, standardisation, options }: PosedRidge,
  leaveOut: LeaveOut,
): PreparedRidge {
  const { rows, classes, weights } = problem;
  const features = x.length / rows;
  const best = findRidgePenalty(
    problem,
    [...options.penalties].sort((a, b) => a - b),
    leaveOut,
  );
  const computeLayer = (): LinearLayer => {
    const weight = multiplyTransposed(solveRidge(problem, best.penalty), x, classes, features, rows);
    const mean = computeWeightedMean(x, features, weights);
    const bias = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      let value = problem.targetMeans[k]!;
      for (let j = 0; j < features; j++) value -= weight[k * features + j]! * mean[j]!;
      bias[k] = best.factor * value;
    }
    for (let i = 0; i < weight.length; i++) weight[i]! *= best.factor;
    return { weight, bias };
  };
  const createHead = (layer = computeLayer()): Head =>
    createNetworkHead({
      kind: "ridge",
      standardisation,
      normalise: options.normalise,
      layers: [{ inputs: features, outputs: classes, ...layer }],
      facts: {
        penalty: best.penalty,
        alpha: best.penalty * problem.meanSquare,
        factor: best.factor,
        looLogLikelihood: best.logLikelihood,
        classWeight: options.classWeight,
        standardise: options.standardise,
        normalise: options.normalise,
      },
    });
  return { loo: best, createHead, computeLayer };
}

/**
 * One head that gives the sum of several heads' logits, each times its share. All must have been prepared with
 * the same originals, so that their standardisation is the same.
 */
export function joinRidge(heads: readonly PreparedRidge[], shares: readonly number[]): Head {
  const [first] = heads;
  if (heads.length === 1) return first!.createHead();
  const layers = heads.map((head) => head.computeLayer());
  const weight = new Float64Array(layers[0]!.weight.length);
  const bias = new Float64Array(layers[0]!.bias.length);
  for (const [i, layer] of layers.entries()) {
    addScaled(weight, shares[i]!, layer.weight);
    addScaled(bias, shares[i]!, layer.bias);
  }
  return first!.createHead({ weight, bias });
}
