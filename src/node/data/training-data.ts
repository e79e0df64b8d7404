/**
 * The data sets that a golem was trained on: one, or several after updates.
 *
 * Not its concern: which of their recordings were used.
 */
import type { Dataset } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import { joinDatasets } from "../../dataset/join-datasets.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { openDataset } from "./open-dataset.ts";

/**
 * Opens the data sets: `data` if given, else those at their former locations on this machine. Only `data` is
 * ever downloaded. Rejects with the errors of `loadDataset` for `data`.
 */
export async function openTrainingData(
  { data: { name, places = [name] } }: GolemDocument,
  { data, ...options }: EnvironmentOptions & { readonly data?: string | undefined },
): Promise<Dataset | undefined> {
  const quiet = { ...options, onWarning: undefined };
  if (data !== undefined) return openDataset(data, quiet);
  const found: Dataset[] = [];
  for (const place of places) {
    if (isHubAddress(place)) continue;
    const dataset = await openDataset(place, quiet).catch(() => undefined);
    if (dataset) found.push(dataset);
  }
  return found.length > 1 ? joinDatasets(found) : found[0];
}
