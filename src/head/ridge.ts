/**
 * The head `ridge`: one-against-rest least squares, its penalty and its calibration chosen by exact leave-one-out.
 *
 * The same problem as scikit-learn's RidgeClassifier(alpha = penalty x meanSquare), whose decision_function are the outputs
 * before calibration; logits are those outputs times the factor that makes softmax most likely on the left-out rows.
 * Not its concern: how leave-one-out works (ridge-loo.ts).
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

/** A ridge head that is chosen but not yet made: what it says of rows it is not fitted on often decides whether it is wanted. */
export interface PreparedRidge {
  /** What the head says of each training row when it is fitted without it (and what is left out with it). */
  readonly loo: RidgeLooScore;
  createHead(): Head;
}

/** Chooses penalty and calibration of a ridge head. */
export function prepareRidge(
  set: TrainingSet,
  options: RidgeOptions,
  leaveOut: LeaveOut = planLeaveOut(set.labels),
): PreparedRidge {
  const { embeddings, labels, counts, classes } = set;
  const { rows, columns: features } = embeddings;
  const standardisation = options.standardise
    ? fitStandardisation(embeddings)
    : createIdentityStandardisation(features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise);
  const weights = computeRowWeights(labels, counts, options.classWeight);
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
