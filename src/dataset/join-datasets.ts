/**
 * Joins several data sets into one.
 *
 * Not its concern: where they come from.
 */
import type { Dataset, Recording } from "./dataset.ts";

/**
 * Joins data sets under the name of the first. A recording whose name has occurred before gets the name of
 * its data set as a prefix.
 *
 * @param firstPlaces Names of the data sets that the first was joined from, if it was joined.
 */
export function joinDatasets(datasets: readonly Dataset[], firstPlaces?: readonly string[]): Dataset {
  const [first, ...others] = datasets;
  const names = new Set<string>();
  const recordings: Recording[] = [];
  for (const { name, recordings: own } of datasets) {
    for (const recording of own) {
      let { file } = recording;
      for (let copy = 1; names.has(file); copy++)
        file = `${name}${copy > 1 ? ` (${copy})` : ""}/${recording.file}`;
      names.add(file);
      recordings.push(file === recording.file ? recording : { ...recording, file });
    }
  }
  return {
    name: first!.name,
    places: [...(firstPlaces ?? [first!.name]), ...others.map(({ name }) => name)],
    recordings,
    empty: datasets.flatMap(({ empty = [] }) => empty),
    warnings: datasets.flatMap(({ warnings }) => warnings),
    skipped: datasets.flatMap(({ skipped }) => skipped),
  };
}
