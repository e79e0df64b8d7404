/**
 * Parses the names people use for the splits of a data set.
 *
 * Not its concern: rows, which folders a data set has.
 */
import type { Split } from "./dataset.ts";

const splits: ReadonlyMap<string, Split> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["test", "test"],
  ["testing", "test"],
  ["tests", "test"],
  ["eval", "test"],
  ["evaluation", "test"],
  ["holdout", "test"],
  ["heldout", "test"],
  ["unseen", "test"],
  ["dev", "validation"],
  ["devel", "validation"],
  ["development", "validation"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["validate", "validation"],
  ["none", "none"],
  ["", "none"],
]);

/** Words beside a split in the name of a folder: "test_set", "audio train". */
const fillers = new Set("set sets data dataset split audio wav wavs flac mp3 clips files samples".split(" "));

/**
 * Parses a split's name in any case, with or without hyphens, underscores and spaces ("held-out"); an empty
 * name is "none"; undefined for an unknown name.
 */
export function parseSplit(word: string): Split | undefined {
  return splits.get(
    word
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ""),
  );
}

/**
 * Parses the name of a folder as a split, with numbers and words such as "set" around it ("01_train",
 * "Test-Set", "testdata"); "none" for a numbered fold ("fold3"); undefined for any other name.
 */
export function parseFolderSplit(name: string): Split | undefined {
  const plain = name.toLowerCase().replaceAll(/(held|hold)[\s_-]*out/g, "holdout");
  const words = plain
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "" && !fillers.has(word))
    .map((word) => (splits.has(word) ? word : word.replace(/(set|data|split)$/, "")));
  if (words.length !== 1 || words[0] === "" || words[0] === "none") return undefined;
  if (words[0] === "fold" && /\d/.test(name)) return "none";
  return splits.get(words[0]!);
}
