/**
 * The plainest split of a list that has none: the first rows to learn from, all others to test on.
 *
 * Not its concern: files, audio.
 */
import { GolemError } from "../core/error.ts";
import type { Split } from "./dataset.ts";

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
