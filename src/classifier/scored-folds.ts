/**
 * The recordings that cross-validation scores, and the folds of a runner over these recordings alone.
 *
 * Not its concern: dividing and running folds.
 */
import type { CrossValidationInput } from "../evaluate/cross-validate.ts";
import type { FitProblem, FoldRunner } from "./fold-runner.ts";

/** Input of cross-validation for the recordings that are scored. */
export interface ScoredFolds
  extends Pick<
    CrossValidationInput,
    "labels" | "groups" | "groupedBy" | "prepare" | "fitPredict" | "concurrency"
  > {
  /** Rows of the problem that are scored, in their order; `labels` and `groups` are of these. */
  readonly scored: readonly number[];
}

/**
 * Selects the recordings of a problem that cross-validation scores: those of classes with at least two.
 * Synthetic ones are excluded unless fewer than two classes would be left. The others are in every training
 * side and are never tested.
 */
export function createScoredFolds(
  { labels, groups, groupedBy, synthetic = [] }: FitProblem,
  { prepare, fitPredict, concurrency }: Pick<FoldRunner, "prepare" | "fitPredict" | "concurrency">,
): ScoredFolds {
  const rows = [...labels.keys()];
  const real = pickRepeated(
    rows.filter((row) => !synthetic[row]),
    labels,
  );
  const scored = new Set(real.map((row) => labels[row])).size < 2 ? pickRepeated(rows, labels) : real;
  const isScored = new Set(scored);
  const others = rows.filter((row) => !isScored.has(row));
  const pick = (places: readonly number[]): number[] => places.map((place) => scored[place]!);
  return {
    scored,
    labels: scored.map((row) => labels[row]!),
    groups: scored.map((row) => groups?.[row]),
    ...(groupedBy === undefined ? {} : { groupedBy }),
    fitPredict: (train, test) => fitPredict([...pick(train), ...others], pick(test)),
    prepare:
      prepare &&
      ((folds, work) =>
        prepare(
          folds.map(({ repeat, train, test }) => ({
            ...{ repeat, train: [...pick(train), ...others], test: pick(test) },
          })),
          work,
        )),
    concurrency,
  };
}

/** Selects the rows whose label occurs more than once. */
function pickRepeated(rows: readonly number[], labels: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(labels[row]!, (sizes.get(labels[row]!) ?? 0) + 1);
  return rows.filter((row) => sizes.get(labels[row]!)! > 1);
}
