/**
 * The words people use for the sides of an experiment.
 *
 * Not its concern: rows, folders.
 */
import type { Split } from "./dataset.ts";

const splits: ReadonlyMap<string, Split> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["test", "test"],
  ["testing", "test"],
  ["dev", "validation"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["none", "none"],
  ["", "none"],
]);

/** Parses a word for a split, whatever its case; an empty one is "none"; undefined for a word that is none. */
export function parseSplit(word: string): Split | undefined {
  return splits.get(word.trim().toLowerCase());
}
