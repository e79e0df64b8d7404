/**
 * MInDS-14 (Gerz et al. 2021, CC-BY-4.0): real callers' requests to a bank in 14 intents, from the Hugging
 * Face Hub.
 *
 * Not its concern: encoders, heads, the fallback without the Hub.
 */
import { GolemError } from "../../core/error.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { splitFirstRows } from "../../dataset/selection.ts";
import { loadDataset } from "./dataset-files.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Its American recordings. */
export const minds14Address = "hf:PolyAI/minds14?config=en-US&split=train";

/** Loads the first `rows` rows: `trainRows` for training, the others for testing. Errors as `loadDataset`. */
export async function loadMinds14(
  { rows, trainRows }: { readonly rows: number; readonly trainRows: number },
  options: LoadDatasetOptions,
): Promise<Dataset> {
  const dataset = await loadDataset(minds14Address, { ...options, limit: rows });
  return { ...dataset, recordings: splitFirstRows(dataset.recordings, trainRows) };
}

/** Whether an error means that the Hub cannot be reached, rather than that the request is wrong. */
export function isHubUnreachable(error: unknown): error is GolemError {
  return error instanceof GolemError && error.code === "fetch-failed";
}
