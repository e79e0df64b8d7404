/**
 * Chooses the head for one layer on training rows alone: the simplest within one standard error of the best, by
 * cross-validation inside the training rows, by speaker where they are known.
 *
 * Candidates are those that are fitted in milliseconds, so that the choice can be made anew inside every fold: an MLP takes a hundred
 * times as long, and what it might add is measured by `golem compare`. Of many rows a part is enough to compare heads.
 * No clock has a say, so that the same data and seed give the same head.
 * Not its concern: outer folds, files.
 */

import { createRandom, shuffle } from "../core/random.ts";
import { createFolds } from "../evaluate/folds.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import { chooseSimplest } from "../evaluate/one-standard-error.ts";
import type { HeadKind } from "../head/head.ts";
import type { HeadOptions } from "../head/options.ts";
import { trainHead } from "../head/registry.ts";
import { createMatrix, getRow, type Matrix, selectRows } from "../math/matrix.ts";
import type { LabelledRows } from "./labelled-rows.ts";

/** Heads that are compared, in ascending complexity (head-candidates.ts says why in this order). */
const candidates = ["centroid", "ridge", "logistic"] as const;
/** The head where rows are too few to compare any. */
const fallback = "logistic";
/** Rows that are compared on, at most. */
const maximumRows = 500;
/** Keeps the draw of rows apart from those of other purposes with the same seed. */
const rowStream = 0x4ead;

/** What was chosen, and for the record the held-out balanced accuracy of each candidate; none where none could be measured. */
export interface HeadChoice {
  readonly kind: HeadKind;
  readonly scores: Readonly<Record<string, number>>;
}

/** Chooses a head for features [rows, columns] of a layer. `options` are the seed and what else all candidates share. */
export function chooseHead(
  features: Matrix,
  { labels, classes, groups }: Omit<LabelledRows, "embeddings">,
  options: HeadOptions<HeadKind>,
): HeadChoice {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  if (sizes.size < 2 || Math.min(...sizes.values()) < 2) return { kind: fallback, scores: {} };
  const rows = drawRows(labels, options.seed);
  const truth = rows.map((row) => labels[row]!);
  const speakers = rows.map((row) => groups[row]);
  const plan = createFolds({ labels: truth, groups: speakers, seed: options.seed, repeats: 1 });
  const answers = candidates.map(() => createMatrix(rows.length, classes));
  for (const { train, test } of plan.folds) {
    const trained = selectRows(
      features,
      train.map((place) => rows[place]!),
    );
    const tested = selectRows(
      features,
      test.map((place) => rows[place]!),
    );
    const own = train.map((place) => truth[place]!);
    for (const [c, kind] of candidates.entries()) {
      const logits = trainHead(kind, trained, own, classes, { seed: options.seed }).computeLogits(tested);
      for (const [i, place] of test.entries()) getRow(answers[c]!, place).set(getRow(logits, i));
    }
  }
  const correctness = answers.map((matrix) =>
    getPredictions(matrix).map((answer, place) => Number(answer === truth[place])),
  );
  const { simplest, scores } = chooseSimplest({
    truth,
    groups: plan.grouping === "speaker" ? speakers : undefined,
    correctness,
  });
  return {
    kind: candidates[simplest]!,
    scores: Object.fromEntries(candidates.map((kind, c) => [kind, scores[c]!])),
  };
}

/** All rows, or of many a part in which classes are as equal as they can be. */
function drawRows(labels: readonly number[], seed: number): readonly number[] {
  const rows = [...labels.keys()];
  if (rows.length <= maximumRows) return rows;
  const seen = new Map<number, number>();
  const places = shuffle(rows, createRandom(seed, rowStream)).map((row) => {
    const place = seen.get(labels[row]!) ?? 0;
    seen.set(labels[row]!, place + 1);
    return { row, place };
  });
  return places
    .sort((a, b) => a.place - b.place)
    .slice(0, Math.max(maximumRows, 2 * seen.size))
    .map(({ row }) => row)
    .sort((a, b) => a - b);
}
