/**
 * Labelled embeddings that classifiers are fitted on, with speakers if they are known. Plain data.
 *
 * Not its concern: heads, files, folds.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import { maximumDense } from "../head/large-ridge.ts";

/** Labelled recordings. */
export interface LabelledRows {
  readonly embeddings: readonly Embedding[];
  /** Class of each recording, 0 .. classes - 1. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** Speaker (or source) of each recording; undefined if unknown. */
  readonly groups: readonly (string | undefined)[];
  /**
   * Varied copies of each recording, for fitting only; they are always held out with it. The copies in one
   * place are of one kind; a recording may have none.
   */
  readonly copies?: readonly (readonly Embedding[])[] | undefined;
  /** Whether each recording is synthetic; default: none is. */
  readonly synthetic?: readonly boolean[];
}

/** Selects the rows `picked`, in that order. */
export function pickLabelledRows(rows: LabelledRows, picked: readonly number[]): LabelledRows {
  return {
    embeddings: picked.map((row) => rows.embeddings[row]!),
    labels: picked.map((row) => rows.labels[row]!),
    classes: rows.classes,
    groups: picked.map((row) => rows.groups[row]),
    ...(rows.copies ? { copies: picked.map((row) => rows.copies![row]!) } : {}),
    ...(rows.synthetic ? { synthetic: picked.map((row) => rows.synthetic![row]!) } : {}),
  };
}

/** Repeats of cross-validation: as requested, else fewer if copies make each fit much slower. */
export function getRepeats(
  { copies, labels }: Pick<LabelledRows, "copies" | "labels">,
  requested?: number,
): number {
  if (requested !== undefined) return requested;
  if (labels.length > maximumDense) return 1;
  if (copies) return defaultRecipe.variedRepeats;
  return defaultRecipe.repeats;
}

/** Whether some rows are synthetic and some are not. */
export function isMixed({ synthetic = [] }: Pick<LabelledRows, "synthetic">): boolean {
  return synthetic.includes(true) && synthetic.includes(false);
}
