/**
 * Lists recordings in Parquet files with an audio column, as on the Hugging Face Hub: one per row.
 *
 * Not its concern: how the audio is read (recording-fetcher.ts).
 */
import { throwIfAborted } from "../../core/error.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import { chooseColumns, readFeatures, readText } from "../../dataset/parquet-features.ts";
import { openParquetFile } from "../../dataset/parquet-file.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import type { EnvironmentOptions, Warning } from "../environment.ts";
import { createIsolatedReader } from "../hub/parquet-process.ts";
import { createObjectSource, type ObjectStore, type StoredObject } from "../object-store/object-store.ts";
import type { PlannedRecording } from "./manifest.ts";

/** Lists the rows of a table. Rejects with `invalid-data` for a table without an audio column. */
export async function listTableRows(
  store: ObjectStore,
  { key, size, version }: StoredObject,
  { warnings, signal }: EnvironmentOptions & { readonly warnings: Warning[] },
): Promise<PlannedRecording[]> {
  const work = signal ? { signal } : {};
  const file = await openParquetFile(
    createObjectSource(store, { key, size }, work),
    createIsolatedReader(work),
  );
  const features = readFeatures(file.columns, file.notes.get("huggingface"), undefined, "default");
  const choice = chooseColumns(features, { labels: "optional" }, key);
  if (choice.warning) warnings.push(choice.warning);
  const columns = [choice.label, choice.speaker].filter((column) => column !== undefined);
  const split = findSplit(key);
  const recordings: PlannedRecording[] = [];
  for (const { start, rows } of file.groups) {
    throwIfAborted(signal);
    const values: Record<string, unknown>[] =
      columns.length === 0
        ? Array.from({ length: rows }, () => ({}))
        : await file.readRows(columns, start, start + rows);
    for (const [i, value] of values.entries()) {
      const read = (column: string | undefined): string | undefined =>
        column === undefined ? undefined : readText(value[column], features.get(column));
      const label = read(choice.label) ?? "";
      const speaker = read(choice.speaker);
      checkLabel(label, `${key}, row ${start + i}`);
      recordings.push({
        ...{ key: `${key}/${start + i}`, label, split, bytes: size, version },
        ...(speaker === undefined ? {} : { speaker }),
        ...{ object: key, row: start + i, column: choice.audio },
      });
    }
  }
  return recordings;
}

/** Finds the split that a file or its folder is named after: train-00000-of-00002.parquet. */
function findSplit(key: string): PlannedRecording["split"] {
  const parts = key.replace(/\.parquet$/i, "").split("/");
  const name = parts.pop()!.replace(/-\d+(-of-\d+)?$/, "");
  return [...parts, name].map(parseFolderSplit).findLast((split) => split !== undefined) ?? "none";
}
