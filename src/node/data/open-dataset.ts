/** Opens a data set by name. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { runFile } from "../shards/run-defaults.ts";
import { loadDataset } from "./dataset-files.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Opens a run of shards as a data set; undefined if the name is not that of a run. */
export async function openRunDataset(
  data: string,
  options: LoadDatasetOptions = {},
): Promise<Dataset | undefined> {
  if (isHubAddress(data)) return undefined;
  if (!isBucketAddress(data)) {
    const isRun = await stat(join(data, runFile)).then(
      (info) => info.isFile(),
      () => false,
    );
    if (!isRun) return undefined;
  }
  const { loadRunDataset } = await import("../shards/run-dataset.ts");
  return loadRunDataset(data, options);
}

/**
 * Loads a data set, or uses the given one, and reports its warnings. Of a remote data set at most `limit`
 * rows need to be read, of a run a sample of `maximumListed` is listed.
 */
export async function openDataset(
  data: string | Dataset,
  { signal, onProgress, cache, annotations, ...options }: EnvironmentOptions,
  limit?: number,
  maximumListed?: number,
): Promise<Dataset> {
  const work = { signal, onProgress, cache };
  const dataset =
    typeof data === "string"
      ? ((await openRunDataset(data, { ...work, maximumListed })) ??
        (await loadDataset(data, { ...work, annotations, limit })))
      : data;
  for (const warning of dataset.warnings) options.onWarning?.(warning);
  return dataset;
}
