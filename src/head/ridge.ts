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

import { computeGram, multiplyTransposed } from "../math/matrix-products.ts";
import type { Head, HeadFacts } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import type { RidgeOptions } from "./options.ts";
import { findRidgePenalty, type LeaveOut, planLeaveOut, type RidgeLooScore } from "./ridge-loo.ts";
import {
  computeWeightedMean,
  createRidgeProblem,
  createRidgeProblemFromRows,
  solveRidge,
} from "./ridge-problem.ts";
import {
  applyStandardisation,
  createIdentityStandardisation,
  fitStandardisation,
} from "./standardisation.ts";
import { computeRowWeights, type TrainingSet } from "./training-set.ts";

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
  /** Creates the head, with other weights and further facts if they are given. */
  createHead(layer?: LinearLayer, facts?: HeadFacts): Head;
  /** The calibrated weights and biases that the head consists of, for standardised rows. */
  computeLayer(): LinearLayer;
}

/** Weights [classes, features] and biases [classes]. */
interface LinearLayer {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/**
 * Chooses the penalty and the calibration of a ridge head. Standardisation is fitted to the first `originals`
 * rows; the others are copies of them.
 */
export function prepareRidge(
  set: TrainingSet,
  options: RidgeOptions,
  leaveOut: LeaveOut = planLeaveOut(set.labels),
  originals = set.embeddings.rows,
): PreparedRidge {
  const { embeddings, labels, counts, classes } = set;
  const { rows, columns: features } = embeddings;
  const standardisation = options.standardise
    ? fitStandardisation({
        ...embeddings,
        rows: originals,
        data: embeddings.data.subarray(0, originals * features),
      })
    : createIdentityStandardisation(features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise);
  const weights = computeRowWeights(labels, counts, options.classWeight);
  const problem =
    rows > originals
      ? createRidgeProblem(computeGram(x, rows, features), labels, classes, weights)
      : createRidgeProblemFromRows(x, features, labels, classes, weights);
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
  const createHead = (layer = computeLayer(), facts: HeadFacts = {}): Head =>
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
        ...facts,
      },
    });
  return { loo: best, createHead, computeLayer };
}

/**
 * One head that gives the sum of two heads' logits, each times its factor. Both must have been prepared with
 * the same standardisation, of the same originals.
 */
export function joinRidge(
  [first, second]: readonly [PreparedRidge, PreparedRidge],
  [firstFactor, secondFactor]: readonly [number, number],
): Head {
  const [a, b] = [first.computeLayer(), second.computeLayer()];
  const add = (x: Float64Array, y: Float64Array) =>
    x.map((value, i) => firstFactor * value + secondFactor * y[i]!);
  const layer = { weight: add(a.weight, b.weight), bias: add(a.bias, b.bias) };
  return first.createHead(layer, { variedShare: secondFactor, variedPenalty: second.loo.penalty });
}
