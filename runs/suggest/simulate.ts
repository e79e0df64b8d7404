/**
 * Simulates labelling: a golem is trained, recordings are chosen and labelled, and it is trained again.
 *
 * Not its concern: how recordings are chosen.
 */

import { type Classifier, fitClassifier } from "../../src/classifier/classifier.ts";
import { pickLabelledRows } from "../../src/classifier/labelled-rows.ts";
import { createRandom } from "../../src/core/random.ts";
import { computeConfusion, computeScores, getPredictions } from "../../src/evaluate/metrics.ts";
import type { Draw, Material } from "./material.ts";
import type { Method } from "./methods.ts";

/** Number of recordings that are labelled at a time. */
export const batch = 5;

/** The state of one draw: what all methods have in common is computed once. */
export interface Simulation {
  readonly material: Material;
  readonly draw: Draw;
  /** The classifier fitted on the recordings labelled at the start. */
  readonly first: Classifier;
}

/** Fits the golem from which all methods start. */
export function startSimulation(material: Material, draw: Draw): Simulation {
  return { material, draw, first: train(material, draw.start) };
}

/**
 * Balanced accuracy on the test part with 0, 1, 2 ... batches labelled beyond the start; it ends when the
 * pool is empty.
 */
export function simulateLabelling(
  { material, draw, first }: Simulation,
  method: Method,
  { batches, seed }: { readonly batches: number; readonly seed: number },
): number[] {
  const { rows, encoderSet } = material;
  const labelled = [...draw.start];
  let pool = [...draw.pool];
  let classifier = first;
  const curve = [score(material, draw, classifier)];
  for (let round = 0; round < batches && pool.length >= batch; round++) {
    const chosen = method({
      classifier,
      encoderSet,
      waiting: pool.map((row) => rows.embeddings[row]!),
      known: labelled.map((row) => rows.embeddings[row]!),
      count: batch,
      seed: createRandom(seed, round).integer(2 ** 31),
    });
    labelled.push(...chosen.map((i) => pool[i]!));
    const taken = new Set(chosen);
    pool = pool.filter((_, i) => !taken.has(i));
    classifier = train(material, labelled);
    curve.push(score(material, draw, classifier));
  }
  return curve;
}

function train({ rows, encoderSet }: Material, labelled: readonly number[]): Classifier {
  return fitClassifier(pickLabelledRows(rows, labelled), encoderSet, { seed: 0 });
}

function score({ rows }: Material, draw: Draw, classifier: Classifier): number {
  const { embeddings, labels, classes } = pickLabelledRows(rows, draw.test);
  const predicted = getPredictions(classifier.computeProbabilities(embeddings));
  return computeScores(computeConfusion(labels, predicted, classes)).balancedAccuracy;
}
