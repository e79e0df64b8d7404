/**
 * Selects rows of a data set: the first ones, some recordings per class drawn with a seed, or a split by the
 * first rows.
 *
 * Not its concern: files, audio.
 */
import { GolemError } from "../core/error.ts";
import { createRandom, shuffle } from "../core/random.ts";
import type { Split } from "./dataset.ts";

/** Number of the random stream of these draws, independent of other uses of the same seed. */
const drawStream = 0x5407;

/** Returns the first rows, or all. Throws `invalid-option` unless `count` is a whole number >= 1. */
export function limitRecordings<T>(recordings: readonly T[], count: number): T[] {
  checkCount(count, "--limit");
  return recordings.slice(0, count);
}

/**
 * Draws `shots` recordings per class, or all of a class that has fewer, and keeps their order.
 *
 * Draws from the rows with split "train" when there are any, else from all that are not "test". Rows with
 * split "test" are all kept; validation rows are dropped unless drawn, so that each class has at most `shots`
 * training recordings. The draw of a class depends on the seed, its own recordings and its position among the
 * sorted labels.
 */
export function drawShots<T extends { readonly label: string; readonly split: Split }>(
  recordings: readonly T[],
  shots: number,
  seed: number,
): T[] {
  checkCount(shots, "--shots");
  const hasTrainSplit = recordings.some((recording) => recording.split === "train");
  const byLabel = new Map<string, T[]>();
  for (const recording of recordings) {
    if (hasTrainSplit ? recording.split !== "train" : recording.split === "test") continue;
    const group = byLabel.get(recording.label);
    if (group) group.push(recording);
    else byLabel.set(recording.label, [recording]);
  }
  const drawn = new Set<T>();
  for (const [index, label] of [...byLabel.keys()].sort().entries()) {
    const random = createRandom(seed, drawStream, index);
    for (const recording of shuffle(byLabel.get(label)!, random).slice(0, shots)) drawn.add(recording);
  }
  return recordings.filter((recording) => recording.split === "test" || drawn.has(recording));
}

/**
 * Marks `count` rows "train" and the rest "test", without reordering: the first rows, except that the first
 * row of a class missing among them replaces the last row of the largest class.
 *
 * @throws GolemError `invalid-option` unless there are rows to test on and at least as many training rows as
 * classes.
 */
export function splitFirstRows<T extends { readonly label: string; readonly split: Split }>(
  rows: readonly T[],
  count: number,
): T[] {
  const classes = [...new Set(rows.map(({ label }) => label))];
  if (!(Number.isInteger(count) && count >= classes.length && count < rows.length)) {
    throw new GolemError(
      "invalid-option",
      `${count} of ${rows.length} rows in ${classes.length} classes cannot be used for training; expected a whole number from ${classes.length} to ${rows.length - 1}.`,
      { hint: "Set another --limit." },
    );
  }
  const chosen = Array.from({ length: count }, (_, row) => row);
  for (const label of classes) {
    if (chosen.some((row) => rows[row]!.label === label)) continue;
    const counts = new Map<string, number>();
    for (const row of chosen) counts.set(rows[row]!.label, (counts.get(rows[row]!.label) ?? 0) + 1);
    const [largest] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const replaced = chosen.findLastIndex((row) => rows[row]!.label === largest);
    chosen[replaced] = rows.findIndex((row) => row.label === label);
  }
  return rows.map((row, i) => ({ ...row, split: chosen.includes(i) ? "train" : "test" }) as T);
}

function checkCount(count: number, option: string): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new GolemError("invalid-option", `${option} is ${count}; expected a whole number of at least 1.`);
}
