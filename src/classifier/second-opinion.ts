/**
 * What a classifier says of recordings that it did not learn from, when some of their labels may be wrong.
 *
 * First every recording is judged by heads fitted without it (leave-one-out). Those that are taken for another class are set aside, heads
 * are fitted on the others alone, and judge all: so wrong labels do not speak for each other. Speakers are not kept apart, since another
 * take by the same voice is the best witness there is.
 * Not its concern: files, what is done with the answer.
 */

import { defaultRecipe } from "../core/default-recipe.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { createClassifier } from "./classifier.ts";
import { fitFusion } from "./fit-fusion.ts";
import { type LabelledRows, pickLabelledRows } from "./labelled-rows.ts";
import type { EncoderSetInfo } from "./view.ts";

/** Probabilities of recordings by a classifier that did not learn from them. */
export interface SecondOpinion {
  /** [rows, classes]. */
  readonly probabilities: Matrix;
  /** Whether the classifier learned from a row when it judged the others. */
  readonly trusted: readonly boolean[];
  /** Class that the first look took each row for. */
  readonly firstGuesses: readonly number[];
}

/** Fewest recordings of a class that are never set aside. */
const leastTrusted = 2;

/** Judges labelled recordings twice, or, where they are so many that a few wrong ones move little, once. Every class needs at least two. */
export function computeSecondOpinion(
  rows: Omit<LabelledRows, "groups">,
  encoderSet: EncoderSetInfo,
  { seed, isOneLook = false }: { readonly seed: number; readonly isOneLook?: boolean },
): SecondOpinion {
  const { embeddings, labels, classes } = rows;
  const all: LabelledRows = { embeddings, labels, classes, groups: labels.map(() => undefined) };
  const options = { pooling: defaultRecipe.pooling, seed };
  const first = fitFusion(all, encoderSet, options).heldOut;
  const trusted = chooseTrusted(first, labels, classes);
  const firstGuesses = [...getPredictions(first)];
  const kept = [...labels.keys()].filter((row) => trusted[row]);
  if (isOneLook || kept.length === labels.length) return { probabilities: first, trusted, firstGuesses };
  const { fitted, vocabulary, heldOut } = fitFusion(pickLabelledRows(all, kept), encoderSet, options);
  const aside = [...labels.keys()].filter((row) => !trusted[row]);
  const classifier = createClassifier(fitted, encoderSet, vocabulary);
  const judged = classifier.computeProbabilities(aside.map((row) => embeddings[row]!));
  const probabilities = createMatrix(labels.length, classes);
  for (const [i, row] of kept.entries()) getRow(probabilities, row).set(getRow(heldOut, i));
  for (const [i, row] of aside.entries()) getRow(probabilities, row).set(getRow(judged, i));
  return { probabilities, trusted, firstGuesses };
}

/** Rows that are taken for what they are labelled; of each class at least the two most probable ones. */
function chooseTrusted(probabilities: Matrix, labels: readonly number[], classes: number): boolean[] {
  const predicted = getPredictions(probabilities);
  const trusted = labels.map((label, row) => predicted[row] === label);
  const chance = (row: number): number => getRow(probabilities, row)[labels[row]!]!;
  for (let k = 0; k < classes; k++) {
    const members = [...labels.keys()].filter((row) => labels[row] === k);
    members.sort((a, b) => Number(trusted[b]) - Number(trusted[a]) || chance(b) - chance(a));
    for (const row of members.slice(0, leastTrusted)) trusted[row] = true;
  }
  return trusted;
}
