/**
 * Parses the names people use for the splits of a data set.
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

/** Parses a split's name in any case; an empty name is "none"; undefined for an unknown name. */
export function parseSplit(word: string): Split | undefined {
  return splits.get(word.trim().toLowerCase());
}
