/** Finds the recordings of a report by their names in the data set, if their bytes have not changed. */
import { throwIfAborted } from "../../core/error.ts";
import type { Dataset, Recording } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import type { TrainingDocument } from "../../golem/training-document.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { openDataset } from "./open-dataset.ts";
import { openTrainingData } from "./training-data.ts";

/** Paths of recordings by name; training and test may be two data sets. */
export interface ReportSources {
  readonly training: ReadonlyMap<string, string>;
  readonly test: ReadonlyMap<string, string>;
}

/** Finds the absolute paths of recordings that are files on this machine, by name. */
export async function locateFiles(recordings: readonly Recording[]): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const recording of recordings) {
    const source = await recording.open().catch(() => undefined);
    await source?.close();
    if (source?.path !== undefined) paths.set(recording.file, source.path);
  }
  return paths;
}

/**
 * Finds the recordings a golem was trained and tested on: in `data` if given, else at their location at
 * training time, if that is on this machine. Rejects with the errors of `loadDataset` for data sets given by
 * name.
 */
export async function findSources(
  { document, training }: GolemModel,
  {
    data,
    test,
    ...options
  }: EnvironmentOptions & { readonly data?: string | undefined; readonly test?: string | undefined },
): Promise<ReportSources> {
  const { asked, withheld = false } = training;
  const own =
    withheld && data === undefined ? undefined : await openTrainingData(document, { ...options, data });
  const other = await openQuietly(test, typeof asked?.test === "string" ? asked.test : undefined, options);
  const match = withheld ? matchHashes : matchNames;
  return {
    training: await match(training.recordings, own, options),
    test: await match(training.test ?? [], other ?? own, options),
  };
}

async function openQuietly(
  named: string | undefined,
  remembered: string | undefined,
  options: EnvironmentOptions,
): Promise<Dataset | undefined> {
  const quiet = { ...options, onWarning: undefined };
  if (named !== undefined) return openDataset(named, quiet);
  // Nothing is downloaded without a request of the user.
  if (remembered === undefined || isHubAddress(remembered)) return undefined;
  return openDataset(remembered, quiet).catch(() => undefined);
}

/** Finds the paths, by name, of the recordings with a matching name and unchanged bytes. */
export async function matchNames(
  recordings: TrainingDocument["recordings"],
  dataset: Dataset | undefined,
  { signal }: EnvironmentOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (!dataset) return found;
  const hashes = new Map(recordings.map(({ file, fileHash }) => [file, fileHash]));
  const paths = await locateFiles(dataset.recordings.filter(({ file }) => hashes.has(file)));
  for (const [file, path] of paths) {
    throwIfAborted(signal);
    const hash = await computeFileHash(path).catch(() => undefined);
    if (hash === hashes.get(file)) found.set(file, path);
  }
  return found;
}

/** Finds the paths for exported golems, whose recordings have no names: by bytes only. */
export async function matchHashes(
  recordings: TrainingDocument["recordings"],
  dataset: Dataset | undefined,
  { signal }: EnvironmentOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const names = new Map(recordings.map(({ file, fileHash }) => [fileHash, file]));
  for (const path of dataset ? (await locateFiles(dataset.recordings)).values() : []) {
    throwIfAborted(signal);
    const name = names.get((await computeFileHash(path).catch(() => undefined)) ?? "");
    if (name !== undefined) found.set(name, path);
  }
  return found;
}
