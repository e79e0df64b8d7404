/**
 * The head `ridge`: one-against-rest least squares; penalty and calibration are chosen by exact
 * leave-one-out.
 *
 * It solves the same problem as scikit-learn's RidgeClassifier(alpha = penalty x meanSquare), whose
 * decision_function gives the outputs before calibration. Logits are these outputs times the factor that
 * makes the labels of left-out rows most likely under softmax.
 */

import { computeGram, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import { createNumberStore, type NumberStore } from "../math/number-store.ts";
import type { Head } from "./head.ts";
import { createNetworkHead } from "./network-head.ts";
import type { RidgeOptions } from "./options.ts";
import { findRidgePenalty, type LeaveOut, planLeaveOut, type RidgeLooScore } from "./ridge-loo.ts";
import {
  computeWeightedMean,
  createGramProblem,
  createRidgeProblemFromRows,
  type RidgeProblem,
  solveRidge,
} from "./ridge-problem.ts";
import { applyStandardisation, chooseStandardisation, type Standardisation } from "./standardisation.ts";
import { computeRowWeights, countClasses, type TrainingSet } from "./training-set.ts";

/** Trains a ridge head in closed form. */
export function trainRidge(set: TrainingSet, options: RidgeOptions): Head {
  return createRidgeHead([prepareRidge(set, options)], [1]);
}

/**
 * A ridge head whose penalty is chosen but whose weights are not yet computed, since its leave-one-out score
 * may exclude it.
 */
export interface PreparedRidge {
  /** Outputs for each training row of a fit without that row (and the rows left out with it). */
  readonly loo: RidgeLooScore;
  readonly posed: PosedRidge;
}

/** A problem, and its standardised rows. */
interface PosedRidge {
  readonly problem: RidgeProblem;
  /** [all rows, features] */
  readonly x: Float64Array;
  readonly features: number;
  /** Indices of the problem's rows in `x`; default: all. */
  readonly places?: readonly number[];
  /** Inner products of the problem's rows with their weighted mean; not all prepared heads need them. */
  readonly computeMeanProducts: () => Float64Array;
  readonly standardisation: Standardisation;
  readonly options: RidgeOptions;
}

/**
 * Chooses the penalty and the calibration of a ridge head; `rowWeights` multiply those of the classes. The
 * head is valid until the arrays of `numbers` are released.
 */
export function prepareRidge(
  { embeddings, labels, counts, classes }: TrainingSet,
  options: RidgeOptions,
  leaveOut: LeaveOut = planLeaveOut(labels),
  rowWeights?: Float64Array,
  numbers: NumberStore = createNumberStore(),
): PreparedRidge {
  const { rows, columns: features } = embeddings;
  const standardisation = chooseStandardisation(embeddings, options.standardise);
  const target = numbers.take(rows * features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise, 0, rows, target);
  const weights = computeRowWeights(labels, counts, options.classWeight, rowWeights);
  const problem = createRidgeProblemFromRows(x, features, labels, classes, weights, numbers);
  const computeMeanProducts = () =>
    multiplyByRows(x, computeWeightedMean(x, features, weights), labels.length, 1, features);
  return choosePenalty({ problem, x, features, computeMeanProducts, standardisation, options }, leaveOut);
}

/** Rows that a head is fitted to, and the blocks of them that are left out. */
export interface RowGroup {
  /** Originals first. */
  readonly rows: readonly number[];
  /** In indices of `rows`. */
  readonly leaveOut: LeaveOut;
}

/**
 * Prepares a ridge head on each of several groups of rows, of which the first `originals` are in all groups
 * and the others are copies of them. Standardisation is fitted to the originals, so the heads can be joined,
 * and the products of rows are computed once. They are valid until the arrays of `numbers` are released.
 */
export function prepareRidgeGroups(
  { embeddings, labels, classes }: TrainingSet,
  options: RidgeOptions,
  originals: number,
  groups: readonly RowGroup[],
  rowWeights?: Float64Array,
  numbers: NumberStore = createNumberStore(),
): PreparedRidge[] {
  const { rows: count, columns: features, data } = embeddings;
  const standardisation = chooseStandardisation(
    { rows: originals, columns: features, data: data.subarray(0, originals * features) },
    options.standardise,
  );
  const target = numbers.take(count * features);
  const x = applyStandardisation(embeddings, standardisation, options.normalise, 0, count, target);
  const gram = computeGram(x, count, features, numbers.take(count * count));
  return groups.map(({ rows: places, leaveOut }) => {
    const own = Int32Array.from(places, (row) => labels[row]!);
    const ownWeights = rowWeights && Float64Array.from(places, (row) => rowWeights[row]!);
    const weights = computeRowWeights(own, countClasses(own, classes), options.classWeight, ownWeights);
    const { problem, meanProducts } = createGramProblem(gram, { labels: own, classes, weights, places });
    const computeMeanProducts = () => meanProducts;
    return choosePenalty(
      { problem, computeMeanProducts, x, features, places, standardisation, options },
      leaveOut,
    );
  });
}

function choosePenalty(posed: PosedRidge, leaveOut: LeaveOut): PreparedRidge {
  const penalties = [...posed.options.penalties].sort((a, b) => a - b);
  return { posed, loo: findRidgePenalty(posed.problem, penalties, leaveOut) };
}

/**
 * Creates the head whose logits are the sum of several heads' logits, each times its share. All must have
 * been prepared together, so that their rows and standardisation are the same; its facts are those of the
 * first.
 */
export function createRidgeHead(heads: readonly PreparedRidge[], shares: readonly number[]): Head {
  const { loo, posed } = heads[0]!;
  const { x, features, problem, standardisation, options } = posed;
  const { classes } = problem;
  const coefficients = new Float64Array((x.length / features) * classes);
  const bias = new Float64Array(classes);
  for (const [i, head] of heads.entries()) addDual(head, shares[i]!, coefficients, bias);
  const weight = multiplyTransposed(coefficients, x, classes, features, x.length / features);
  return createNetworkHead({
    kind: "ridge",
    standardisation,
    normalise: options.normalise,
    layers: [{ inputs: features, outputs: classes, weight, bias }],
    facts: {
      penalty: loo.penalty,
      alpha: loo.penalty * problem.meanSquare,
      factor: loo.factor,
      looLogLikelihood: loo.logLikelihood,
      classWeight: options.classWeight,
      standardise: options.standardise,
      normalise: options.normalise,
    },
  });
}

/** Adds a head's coefficients of the rows [all rows, classes] and its bias, calibrated, times `share`. */
function addDual(
  { loo, posed: { problem, places, computeMeanProducts } }: PreparedRidge,
  share: number,
  coefficients: Float64Array,
  bias: Float64Array,
): void {
  const { rows, classes, targetMeans } = problem;
  const own = solveRidge(problem, loo.penalty);
  const meanProducts = computeMeanProducts();
  const factor = share * loo.factor;
  for (let k = 0; k < classes; k++) bias[k]! += factor * targetMeans[k]!;
  for (let i = 0; i < rows; i++) {
    const base = (places ? places[i]! : i) * classes;
    for (let k = 0; k < classes; k++) {
      const value = factor * own[i * classes + k]!;
      coefficients[base + k]! += value;
      bias[k]! -= value * meanProducts[i]!;
    }
  }
}
