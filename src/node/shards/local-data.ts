/**
 * Lists the recordings of a local data set for a run. The data set is read as by `train`, so training on the
 * run and on the data set gives the same golem.
 */
import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { Dataset, Recording, SkippedRecording } from "../../dataset/dataset.ts";
import { loadDataset } from "../data/dataset-files.ts";
import type { EnvironmentOptions, Warning } from "../environment.ts";
import { findKeyFault } from "../object-store/object-store.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import type { PlannedRecording } from "./manifest.ts";

/** The recordings of a data set. */
export interface ListedData {
  /** The address to which keys are relative: an absolute path, or s3://bucket/prefix. */
  readonly address: string;
  readonly recordings: readonly PlannedRecording[];
  readonly skipped: readonly SkippedRecording[];
  readonly warnings: readonly Warning[];
}

/** Errors of a data set whose labels cannot be read; a run does not need labels. */
const unlabelled: readonly string[] = ["too-few-classes", "invalid-data", "no-recordings"];

/** Lists a data set. Rejects with the errors of `loadDataset`. */
export async function listLocalData(spec: string, options: EnvironmentOptions): Promise<ListedData> {
  const path = resolve(spec);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  try {
    return await listDataset(await loadDataset(spec, options), isFolder ? path : dirname(path), options);
  } catch (error) {
    if (!(error instanceof GolemError) || !unlabelled.includes(error.code)) throw error;
    const stored = await listContainers(path, isFolder, options);
    if (stored) return stored;
    if (!isFolder) throw error;
    const pool = await loadDataset(spec, { ...options, labels: "optional" }).catch(() => {
      throw error;
    });
    return listDataset(pool, path, options);
  }
}

/** Lists tar archives and Parquet files, if the path is such a file or a folder that contains some. */
async function listContainers(
  path: string,
  isFolder: boolean,
  options: EnvironmentOptions,
): Promise<ListedData | undefined> {
  const { isContainerName, listStoredData } = await import("./stored-data.ts");
  if (!isFolder) {
    if (!isContainerName(path)) return undefined;
    return listStoredData(await openObjectStore(dirname(path)), { ...options, only: basename(path) });
  }
  const store = await openObjectStore(path);
  for await (const { key } of store.list("", options)) {
    if (isContainerName(key)) return listStoredData(store, options);
  }
  return undefined;
}

async function listDataset(
  { recordings: found, skipped, warnings }: Dataset,
  root: string,
  { signal, onProgress }: EnvironmentOptions,
): Promise<ListedData> {
  const paths = found.map((recording) => getPath(recording, root));
  const folder = findCommonFolder(paths, root);
  const recordings: PlannedRecording[] = [];
  const left: SkippedRecording[] = [...skipped];
  for (const [i, { file, label, split, speaker, source, isSynthetic, segment }] of found.entries()) {
    throwIfAborted(signal);
    const path = paths[i]!;
    const object = relative(folder, path).replaceAll(sep, "/");
    const fault = findKeyFault(object) ?? findKeyFault(file.replace(/^([/]|(\.\.[/])+)/, ""));
    const info = await stat(path).catch(() => undefined);
    if (fault !== undefined || !info) {
      const message =
        fault === undefined
          ? `${file} does not exist.`
          : `${file} is left out because of its name: ${fault}.`;
      left.push({
        file,
        code: fault === undefined ? "data-not-found" : "invalid-data",
        message,
        hint: "Rename the file.",
      });
      continue;
    }
    recordings.push({
      ...{ key: file, label, split, bytes: info.size, version: String(Math.round(info.mtimeMs)) },
      ...(speaker === undefined ? {} : { speaker }),
      ...(source === undefined ? {} : { source }),
      ...(isSynthetic ? { isSynthetic } : {}),
      ...(object === file ? {} : { object }),
      ...(segment ? { segment: { start: segment.start, end: segment.end } } : {}),
    });
    if (i % 1000 === 999)
      onProgress?.({ stage: "listing recordings", completed: i + 1, total: found.length });
  }
  return { address: folder, recordings, skipped: left, warnings };
}

const getPath = ({ file, longFile }: Recording, root: string): string => longFile ?? resolve(root, file);

/**
 * Finds the folder of the data set, or the nearest folder above it that contains all recordings of a list.
 */
function findCommonFolder(paths: readonly string[], root: string): string {
  let folder = root;
  for (const path of paths) {
    for (;;) {
      const inner = relative(folder, path);
      if (!inner.startsWith("..") && !isAbsolute(inner)) break;
      const above = dirname(folder);
      if (above === folder) break;
      folder = above;
    }
  }
  return folder;
}
