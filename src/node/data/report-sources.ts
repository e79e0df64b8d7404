/**
 * Finds the recordings of a report again: by their names in the data set, and only those with the same bytes as then.
 *
 * Not its concern: what is done with them.
 */
import { throwIfAborted } from "../../core/error.ts";
import type { Dataset, Recording } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import type { TrainingDocument } from "../../golem/golem-document.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { openDataset } from "./open-dataset.ts";

/** Where recordings are, by their names; the two sides may be two data sets. */
export interface ReportSources {
  readonly training: ReadonlyMap<string, string>;
  readonly test: ReadonlyMap<string, string>;
}

/** Absolute paths of recordings that are files on this machine, by name. */
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
 * Finds the recordings that a golem was trained and tested on: in `data` where it is given, else where the data set was when it
 * was trained, if that is on this machine. Data sets that are named rejects with the errors of `loadDataset`.
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
  const own = await openQuietly(data, withheld ? undefined : document.data.name, options);
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
  // Nothing is fetched that nobody asked for.
  if (remembered === undefined || isHubAddress(remembered)) return undefined;
  return openDataset(remembered, quiet).catch(() => undefined);
}

/** Paths of recordings by name, of those that are called as wanted and have the bytes they had. */
export async function matchNames(
  wanted: TrainingDocument["recordings"],
  dataset: Dataset | undefined,
  { signal }: EnvironmentOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (!dataset) return found;
  const hashes = new Map(wanted.map(({ file, fileHash }) => [file, fileHash]));
  const paths = await locateFiles(dataset.recordings.filter(({ file }) => hashes.has(file)));
  for (const [file, path] of paths) {
    throwIfAborted(signal);
    const hash = await computeFileHash(path).catch(() => undefined);
    if (hash === hashes.get(file)) found.set(file, path);
  }
  return found;
}

/** The same for golems that were passed on, in which recordings have no names: by bytes alone. */
export async function matchHashes(
  wanted: TrainingDocument["recordings"],
  dataset: Dataset | undefined,
  { signal }: EnvironmentOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const names = new Map(wanted.map(({ file, fileHash }) => [fileHash, file]));
  for (const path of dataset ? (await locateFiles(dataset.recordings)).values() : []) {
    throwIfAborted(signal);
    const name = names.get((await computeFileHash(path).catch(() => undefined)) ?? "");
    if (name !== undefined) found.set(name, path);
  }
  return found;
}
