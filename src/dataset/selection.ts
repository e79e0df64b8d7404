/**
 * Smaller data sets: the first rows, or so many recordings of each class drawn with a seed.
 *
 * Not its concern: files, audio.
 */
import { GolemError } from "../core/error.ts";
import { createRandom, shuffle } from "../core/random.ts";
import type { Split } from "./dataset.ts";

/** Keeps the recordings apart that the draws of other purposes with the same seed use. */
const drawStream = 0x5407;

/** Takes the first rows, all of them when there are fewer. Throws `invalid-option` unless `count` is a whole number >= 1. */
export function limitRecordings<T>(recordings: readonly T[], count: number): T[] {
  checkCount(count, "--limit");
  return recordings.slice(0, count);
}

/**
 * Draws `shots` recordings of each class, or all of a class that has fewer, and keeps their order.
 *
 * Drawn from the rows with split "train" when there are any, else from all that are not "test". Rows with split "test"
 * stay, all of them; validation rows that were not drawn from go, so that each class has no more than `shots` to learn from.
 * A class's draw depends on the seed, its own recordings and its place among the sorted labels.
 */
export function drawShots<T extends { readonly label: string; readonly split: Split }>(
  recordings: readonly T[],
  shots: number,
  seed: number,
): T[] {
  checkCount(shots, "--shots");
  const split = recordings.some((recording) => recording.split === "train");
  const byLabel = new Map<string, T[]>();
  for (const recording of recordings) {
    if (split ? recording.split !== "train" : recording.split === "test") continue;
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
 * Marks `count` rows "train" and the rest "test", in the order they have: the first ones, but where a class is missing
 * among them, its first row takes the place of the last row of the class that has most.
 *
 * @throws GolemError `invalid-option` unless there are rows to test on and at least as many to learn from as classes.
 */
export function splitFirstRows<T extends { readonly label: string; readonly split: Split }>(
  rows: readonly T[],
  count: number,
): T[] {
  const classes = [...new Set(rows.map(({ label }) => label))];
  if (!(Number.isInteger(count) && count >= classes.length && count < rows.length)) {
    throw new GolemError(
      "invalid-option",
      `${count} of ${rows.length} rows in ${classes.length} classes cannot be for training; expected a whole number from ${classes.length} to ${rows.length - 1}.`,
      { hint: "Set another --limit." },
    );
  }
  const chosen = Array.from({ length: count }, (_, row) => row);
  for (const label of classes) {
    if (chosen.some((row) => rows[row]!.label === label)) continue;
    const counts = new Map<string, number>();
    for (const row of chosen) counts.set(rows[row]!.label, (counts.get(rows[row]!.label) ?? 0) + 1);
    const [largest] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const given = chosen.findLastIndex((row) => rows[row]!.label === largest);
    chosen[given] = rows.findIndex((row) => row.label === label);
  }
  return rows.map((row, i) => ({ ...row, split: chosen.includes(i) ? "train" : "test" }) as T);
}

function checkCount(count: number, option: string): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new GolemError("invalid-option", `${option} is ${count}; a whole number of at least 1 was expected.`);
}
