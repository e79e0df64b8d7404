/**
 * Predicts the classes of labelled recordings, some of which may be mislabelled, by classifiers not fitted on
 * them.
 *
 * Not its concern: files, how the predictions are used.
 *
 * First, every recording is classified by heads fitted without it (leave-one-out). Recordings classified as
 * another class than their label are set aside; heads are fitted on the others only and classify all
 * recordings. This way several wrong labels do not confirm each other. Recordings of one speaker are not left
 * out together, since another recording of the same voice is the best evidence available.
 */

import { defaultRecipe } from "../core/default-recipe.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { createClassifier } from "./classifier.ts";
import { fitFusion } from "./fusion/fit-fusion.ts";
import { type LabelledRows, pickLabelledRows } from "./labelled-rows.ts";
import type { EncoderSetInfo } from "./view.ts";

/** Predictions for recordings by classifiers that were not fitted on them. */
interface SecondOpinion {
  /** [rows, classes]. */
  readonly probabilities: Matrix;
  /** Whether each row was used for fitting in the second pass. */
  readonly trusted: readonly boolean[];
  /** [rows, classes], of the first pass. */
  readonly firstProbabilities: Matrix;
}

/** Number of recordings of each class that are never set aside. */
const minimumTrusted = 2;

/**
 * Classifies labelled recordings in two passes; with `isSinglePass`, in one, for so many recordings that a
 * few wrong labels have little effect. Every class needs at least two recordings.
 */
export function computeSecondOpinion(
  rows: Omit<LabelledRows, "groups">,
  encoderSet: EncoderSetInfo,
  { seed, isSinglePass = false }: { readonly seed: number; readonly isSinglePass?: boolean },
): SecondOpinion {
  const { embeddings, labels, classes } = rows;
  const all: LabelledRows = { embeddings, labels, classes, groups: labels.map(() => undefined) };
  const options = { pooling: defaultRecipe.pooling, seed };
  const first = fitFusion(all, encoderSet, options).heldOut;
  const trusted = chooseTrusted(first, labels, classes);
  const kept = [...labels.keys()].filter((row) => trusted[row]);
  if (isSinglePass || kept.length === labels.length) {
    return { probabilities: first, trusted, firstProbabilities: first };
  }
  const { fitted, vocabulary, heldOut } = fitFusion(pickLabelledRows(all, kept), encoderSet, options);
  const aside = [...labels.keys()].filter((row) => !trusted[row]);
  const classifier = createClassifier(fitted, encoderSet, vocabulary);
  const judged = classifier.computeProbabilities(aside.map((row) => embeddings[row]!));
  const probabilities = createMatrix(labels.length, classes);
  for (const [i, row] of kept.entries()) getRow(probabilities, row).set(getRow(heldOut, i));
  for (const [i, row] of aside.entries()) getRow(probabilities, row).set(getRow(judged, i));
  return { probabilities, trusted, firstProbabilities: first };
}

/** Rows that are classified as labelled; of each class at least the two with the highest probability. */
function chooseTrusted(probabilities: Matrix, labels: readonly number[], classes: number): boolean[] {
  const predicted = getPredictions(probabilities);
  const trusted = labels.map((label, row) => predicted[row] === label);
  const chance = (row: number): number => getRow(probabilities, row)[labels[row]!]!;
  for (let k = 0; k < classes; k++) {
    const members = [...labels.keys()].filter((row) => labels[row] === k);
    members.sort((a, b) => Number(trusted[b]) - Number(trusted[a]) || chance(b) - chance(a));
    for (const row of members.slice(0, minimumTrusted)) trusted[row] = true;
  }
  return trusted;
}
