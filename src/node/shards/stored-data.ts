/**
 * Lists the recordings of a bucket, or of tar archives and Parquet files in a folder, for a run.
 *
 * Labels come from lists (metadata.csv, metadata.jsonl), from NAME.cls and NAME.json next to NAME.wav in
 * archives (WebDataset), from the columns of tables, else from folders, as in `train`.
 */
import { throwIfAborted } from "../../core/error.ts";
import type { SkippedRecording } from "../../dataset/dataset.ts";
import { readFolderLayout } from "../../dataset/folder-layout.ts";
import { isRecordingName, isSystemName } from "../../dataset/recording-name.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import type { EnvironmentOptions, Warning } from "../environment.ts";
import {
  createObjectSource,
  findKeyFault,
  type ObjectStore,
  type StoredObject,
} from "../object-store/object-store.ts";
import type { ListedData } from "./local-data.ts";
import type { PlannedRecording } from "./manifest.ts";
import { readSidecars, type Sidecars } from "./sidecars.ts";
import { planStored, type StoredFile } from "./stored-file.ts";
import { applyLists, isMetadataName } from "./stored-lists.ts";
import { listTableRows } from "./stored-tables.ts";
import { listTarMembers } from "./tar-index.ts";

/** Bytes read at a time from an archive: headers of several short recordings. */
const tarBlockBytes = 256 << 10;

/** Whether a file's name is that of an archive or table, which contains many recordings. */
export const isContainerName = (name: string): boolean => /\.(tar|parquet)$/i.test(name);

/** The files found, before their labels are known. */
interface Found {
  readonly recordings: StoredFile[];
  readonly lists: StoredFile[];
  readonly sidecars: StoredFile[];
  readonly tables: StoredObject[];
  readonly skipped: SkippedRecording[];
}

/** Lists the recordings of a store. Rejects with the errors of the store, and `invalid-data`. */
export async function listStoredData(
  store: ObjectStore,
  options: EnvironmentOptions & {
    /** List only this object. */
    readonly only?: string | undefined;
  },
): Promise<ListedData> {
  const found = await findFiles(store, options);
  const warnings: Warning[] = [];
  const { recordings, lists, tables, skipped } = found;
  recordings.sort((a, b) => comparePaths(a.path, b.path));
  const sidecars = await readSidecars(store, found.sidecars, options);
  const planned =
    lists.length > 0
      ? await applyLists(store, lists, recordings, { ...options, skipped, warnings })
      : labelByPlace(recordings, sidecars, warnings);
  for (const table of tables) planned.push(...(await listTableRows(store, table, { ...options, warnings })));
  return { address: store.address, recordings: planned, skipped, warnings };
}

async function findFiles(
  store: ObjectStore,
  { only, signal, onProgress }: EnvironmentOptions & { readonly only?: string | undefined },
): Promise<Found> {
  const found: Found = { recordings: [], lists: [], sidecars: [], tables: [], skipped: [] };
  let seen = 0;
  for await (const object of store.list(only ?? "", signal ? { signal } : {})) {
    throwIfAborted(signal);
    if (only !== undefined && object.key !== only) continue;
    if (++seen % 1000 === 0) onProgress?.({ stage: "listing recordings", completed: seen });
    const { key, size, version } = object;
    const fault = findKeyFault(key);
    if (fault !== undefined) {
      found.skipped.push({
        ...{ file: key, code: "invalid-data", hint: "Rename the object." },
        message: `${JSON.stringify(key)} is left out because of its key: ${fault}.`,
      });
      continue;
    }
    if (key.split("/").some(isSystemName)) continue;
    if (/\.parquet$/i.test(key)) found.tables.push(object);
    else if (/\.tar$/i.test(key)) await addMembers(store, object, found, signal);
    else addFile({ key, path: key, bytes: size, version }, found);
  }
  return found;
}

async function addMembers(
  store: ObjectStore,
  { key, size, version }: StoredObject,
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = createObjectSource(
    store,
    { key, size },
    { blockBytes: tarBlockBytes, ...(signal ? { signal } : {}) },
  );
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  for await (const { name, offset, size: bytes } of listTarMembers(source, signal)) {
    const inner = `${key}/${name}`;
    const fault = findKeyFault(name) ?? findKeyFault(inner);
    if (fault !== undefined) {
      found.skipped.push({
        ...{ file: inner, code: "invalid-data", hint: "Rename the member of the archive." },
        message: `${JSON.stringify(name)} in ${key} is left out because of its name: ${fault}.`,
      });
      continue;
    }
    if (name.split("/").some(isSystemName)) continue;
    addFile({ key: inner, path: folder + name, bytes, version, object: key, offset }, found);
  }
}

function addFile(file: StoredFile, { recordings, lists, sidecars }: Found): void {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  if (isMetadataName(name)) lists.push(file);
  else if (file.offset !== undefined && /\.(cls|json)$/i.test(name)) sidecars.push(file);
  else if (isRecordingName(name)) recordings.push(file);
}

/** Labels recordings by label files next to them in the archive, else by folders, if any. */
function labelByPlace(
  recordings: readonly StoredFile[],
  sidecars: Sidecars,
  warnings: Warning[],
): PlannedRecording[] {
  const labelled = recordings.map((file) => sidecars.find(file.key));
  const layout = readFolderLayout(recordings.filter((_, i) => !labelled[i]).map(({ path }) => path));
  const placed = new Map(layout.recordings.map((own) => [own.path, own]));
  const loose = layout.problem ? recordings.length : layout.loose.length;
  if (layout.problem) warnings.push({ code: "invalid-data", ...layout.problem });
  else if (loose > 0 && layout.recordings.length > 0) {
    warnings.push({
      ...{
        code: "invalid-data",
        hint: "Recordings without a label are embedded too; add labels if they are needed for training.",
      },
      message: `${loose} recordings are not in a folder of a class, so they have no label.`,
    });
  }
  return recordings.map((file, i) => {
    const split = parseSplitOf(file.path);
    const own = labelled[i];
    if (own) return planStored(file, { split, ...own });
    const place = placed.get(file.path);
    return planStored(
      file,
      place ? { label: place.label, split: place.split } : { label: "", split: "none" },
    );
  });
}

/** Finds the split that a folder of the path is named after. */
function parseSplitOf(path: string): PlannedRecording["split"] {
  const folders = path.split("/").slice(0, -1);
  return folders.map(parseFolderSplit).find((split) => split !== undefined) ?? "none";
}

/** Compares paths folder by folder, which gives the order of a walk through folders. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.normalize("NFC").split("/"), b.normalize("NFC").split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i]! !== right[i]!) return left[i]! < right[i]! ? -1 : 1;
  }
  return left.length - right.length;
}
