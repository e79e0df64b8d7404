/**
 * Opening a data set by name, and which of its rows are for testing.
 *
 * Not its concern: encoders, heads.
 */
import type { Dataset } from "../../dataset/dataset.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { loadDataset } from "./dataset-files.ts";

/** Rows to evaluate on: those with split `test` where there are any, else all. */
export function selectTestRows(dataset: Dataset): Dataset["recordings"] {
  const rows = dataset.recordings.filter((row) => row.split === "test");
  return rows.length > 0 ? rows : dataset.recordings;
}

/** Loads a data set unless it is one already; its warnings are passed on. Of a remote one, `limit` rows are enough. */
export async function openDataset(
  data: string | Dataset,
  { signal, onProgress, cache, ...options }: EnvironmentOptions,
  limit?: number,
): Promise<Dataset> {
  const dataset =
    typeof data === "string" ? await loadDataset(data, { signal, onProgress, cache, limit }) : data;
  for (const warning of dataset.warnings) options.onWarning?.(warning);
  return dataset;
}
