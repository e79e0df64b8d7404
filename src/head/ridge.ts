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

import { multiplyTransposed } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import type { RidgeOptions } from "./options.ts";
import { findRidgePenalty, type LeaveOut, planLeaveOut, type RidgeLooScore } from "./ridge-loo.ts";
import { computeWeightedMean, createRidgeProblemFromRows, solveRidge } from "./ridge-problem.ts";
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
  createHead(): Head;
}

/** Chooses the penalty and the calibration of a ridge head; `rowWeights` multiply those of the classes. */
export function prepareRidge(
  set: TrainingSet,
  options: RidgeOptions,
  leaveOut: LeaveOut = planLeaveOut(set.labels),
  rowWeights?: Float64Array,
): PreparedRidge {
  const { embeddings, labels, counts, classes } = set;
  const { rows, columns: features } = embeddings;
  const standardisation = options.standardise
    ? fitStandardisation(embeddings)
    : createIdentityStandardisation(features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise);
  const weights = computeRowWeights(labels, counts, options.classWeight, rowWeights);
  const problem = createRidgeProblemFromRows(x, features, labels, classes, weights);
  const best = findRidgePenalty(
    problem,
    [...options.penalties].sort((a, b) => a - b),
    leaveOut,
  );
  const createHead = (): Head => {
    const weight = multiplyTransposed(solveRidge(problem, best.penalty), x, classes, features, rows);
    const mean = computeWeightedMean(x, features, weights);
    const bias = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      let value = problem.targetMeans[k]!;
      for (let j = 0; j < features; j++) value -= weight[k * features + j]! * mean[j]!;
      bias[k] = best.factor * value;
    }
    for (let i = 0; i < weight.length; i++) weight[i]! *= best.factor;
    return createNetworkHead({
      kind: "ridge",
      standardisation,
      normalise: options.normalise,
      layers: [{ inputs: features, outputs: classes, weight, bias }],
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
  };
  return { loo: best, createHead };
}
