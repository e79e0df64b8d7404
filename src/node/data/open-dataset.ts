/**
 * Opens a data set by name.
 *
 * Not its concern: encoders, heads.
 */
import type { Dataset } from "../../dataset/dataset.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { loadDataset } from "./dataset-files.ts";

/**
 * Loads a data set unless it is one already; its warnings are passed on. Of a remote one, `limit` rows are
 * enough.
 */
export async function openDataset(
  data: string | Dataset,
  { signal, onProgress, cache, annotations, ...options }: EnvironmentOptions,
  limit?: number,
): Promise<Dataset> {
  const dataset =
    typeof data === "string"
      ? await loadDataset(data, { signal, onProgress, cache, annotations, limit })
      : data;
  for (const warning of dataset.warnings) options.onWarning?.(warning);
  return dataset;
}
