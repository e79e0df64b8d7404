/**
 * Chooses the head for one layer using training rows only: the simplest head within one standard error of the
 * best, by cross-validation inside the training rows, grouped by speaker if speakers are known.
 *
 * Not its concern: outer folds, files.
 *
 * Only heads that are fitted in milliseconds are candidates, so the choice can be repeated in every fold. An
 * MLP takes a hundred times as long; `golem compare` measures what it might add. With many rows, a sample is
 * enough to compare heads. Time limits play no role, so the same data and seed give the same head.
 */

import { createRandom, shuffle } from "../../core/random.ts";
import { createFolds } from "../../evaluate/folds.ts";
import { getPredictions } from "../../evaluate/metrics.ts";
import { chooseSimplest } from "../../evaluate/one-standard-error.ts";
import type { HeadKind } from "../../head/head.ts";
import type { HeadOptions } from "../../head/options.ts";
import { trainHead } from "../../head/registry.ts";
import { createMatrix, getRow, type Matrix, selectRows } from "../../math/matrix.ts";
import type { LabelledRows } from "../labelled-rows.ts";

/** Heads that are compared, in order of complexity (head-candidates.ts gives the reasons for this order). */
const candidates = ["centroid", "ridge", "logistic"] as const;
/** The head used if there are too few rows to compare heads. */
const fallback = "logistic";
/** Maximum number of rows that heads are compared on. */
const maximumRows = 500;
/** Random stream of this draw, so that it is independent of other draws with the same seed. */
const rowStream = 0x4ead;

/** The chosen head, and the held-out balanced accuracy of each candidate, if it was measured. */
export interface HeadChoice {
  readonly kind: HeadKind;
  readonly scores: Readonly<Record<string, number>>;
}

/** Chooses a head for features [rows, columns] of a layer, with the seed of `options`. */
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

/** Returns all rows or, if there are too many, a sample in which the classes are as balanced as possible. */
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
