/**
 * Loads every form of DATA; those on the file system are read here.
 *
 * Not its concern: the contents of recordings.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import { quoteShellWord } from "../../core/shell-word.ts";
import { describeUnpacking, isArchiveName } from "../../dataset/archive-name.ts";
import type { Dataset, Split } from "../../dataset/dataset.ts";
import { readFolderLayout } from "../../dataset/folder-layout.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import { type LabelledRows, readLabelledRows } from "../../dataset/labelled-rows.ts";
import { isRecordingName, isSystemName } from "../../dataset/recording-name.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import { describeReadError } from "../disk/file-hash.ts";
import { walkFolder } from "../disk/folder-walk.ts";
import { isAnnotationFile, readAnnotatedFolder, readAnnotationData } from "./annotated-folder.ts";
import { loadClassFolders } from "./class-folders.ts";
import { findList } from "./found-lists.ts";
import { isListName, readListTable } from "./read-list.ts";
import { type LoadDatasetOptions, locateRecordings } from "./recording-files.ts";

export type { LoadDatasetOptions } from "./recording-files.ts";

/**
 * Loads a data set: a folder per class (also above or inside `train`, `test`, `validation`), a folder with
 * `metadata.csv`, `metadata.jsonl` or another list of its recordings, a `.csv`, `.tsv` or `.jsonl` manifest,
 * a folder of long recordings with annotations, one file of annotations, or hf:OWNER/NAME on the Hugging Face
 * Hub. Recordings are not opened.
 *
 * @param spec As given by the user; relative paths start at the working folder.
 * @throws GolemError `data-not-found`, `invalid-data`, `no-recordings`, `too-few-classes` (recordings in no
 *   class's folder), `conflicting-labels` (a file listed under two labels), `unreadable`, `aborted`; for hf:
 *   those of `loadHubDataset`.
 */
export async function loadDataset(spec: string, options: LoadDatasetOptions = {}): Promise<Dataset> {
  if (isHubAddress(spec)) {
    const { loadHubDataset } = await import("../hub/hub-dataset.ts");
    return loadHubDataset(spec, options);
  }
  const path = resolve(spec);
  const info = await statData(path, spec);
  if (info.isDirectory()) return loadFolder(spec, path, options);
  if (isArchiveName(path)) throw createArchiveError(spec);
  if (await isAnnotationFile(path)) {
    const rows = await readAnnotationData(path);
    return locateRecordings(spec, dirname(path), rows, { ...options, confined: true });
  }
  if (!isListName(path)) {
    const found = isRecordingName(basename(path)) ? "a single file" : "a file of another kind";
    throw new GolemError(
      "invalid-data",
      `${spec} is ${found}; expected a folder of recordings or a .csv, .tsv or .jsonl list.`,
      { hint: "Name its folder. To classify one recording, use golem predict." },
    );
  }
  const rows = await readList(path, basename(path), options);
  return locateRecordings(spec, dirname(path), rows, { ...options, confined: false });
}

async function loadFolder(spec: string, folder: string, options: LoadDatasetOptions): Promise<Dataset> {
  const lists = await findMetadataLists(folder);
  if (lists.length === 0) return loadFolderWithoutMetadata(spec, folder, options);
  const all: LabelledRows = { rows: [], skipped: [], warnings: [] };
  for (const { inner, list, split } of lists) {
    const prefix = (name: string): string => (inner === "" ? name : `${inner}/${name}`);
    const { rows, skipped, warnings } = await readList(join(folder, inner, list), prefix(list), options);
    for (const row of rows) {
      all.rows.push({ ...row, path: prefix(row.path), split: row.split === "none" ? split : row.split });
    }
    for (const row of skipped) all.skipped.push({ ...row, file: prefix(row.file) });
    all.warnings.push(...warnings);
  }
  return locateRecordings(spec, folder, all, { ...options, confined: true });
}

/** Loads a folder by a list of another name if it contains one, otherwise by its folders of classes. */
async function loadFolderWithoutMetadata(
  spec: string,
  folder: string,
  options: LoadDatasetOptions,
): Promise<Dataset> {
  const walked = await walkFolder(folder, options);
  const annotated = await readAnnotatedFolder(folder, walked.files, options);
  if (annotated) return locateRecordings(spec, folder, annotated, { ...options, confined: true });
  const layout = readFolderLayout(walked.files.filter((path) => isRecordingName(basename(path))));
  // A pool to choose from contains all recordings.
  const list =
    options.labels === "optional" ? undefined : await findList(spec, folder, walked.files, layout, options);
  if (list) return locateRecordings(spec, folder, list, { ...options, confined: true });
  return loadClassFolders(spec, folder, { ...options, walked, layout });
}

/** Creates the error for an archive, with the command that unpacks it. */
function createArchiveError(spec: string): GolemError {
  const { command, folder } = describeUnpacking(spec);
  return new GolemError(
    "invalid-data",
    `${spec} is an archive; expected a folder of recordings or a .csv, .tsv or .jsonl list.`,
    { hint: `Unpack it, and name the folder: ${command} && golem train ${quoteShellWord(folder)}` },
  );
}

/** Finds the metadata lists of a folder: its own, else that of its only folder, else those of its splits. */
async function findMetadataLists(folder: string): Promise<{ inner: string; list: string; split: Split }[]> {
  const own = await findMetadata(folder);
  if (own !== undefined) return [{ inner: "", list: own, split: "none" }];
  const folders: string[] = [];
  let files = 0;
  for (const name of (await readNames(folder)).sort()) {
    if (isSystemName(name)) continue;
    const isFolder = (await stat(join(folder, name)).catch(() => undefined))?.isDirectory();
    if (isFolder) folders.push(name);
    else if (isRecordingName(name)) files++;
  }
  const [only] = folders;
  if (folders.length === 1 && files === 0 && parseFolderSplit(only!) === undefined) {
    const lists = await findMetadataLists(join(folder, only!));
    return lists.map((found) => ({
      ...found,
      inner: found.inner === "" ? only! : `${only}/${found.inner}`,
    }));
  }
  const found: { inner: string; list: string; split: Split }[] = [];
  for (const inner of folders) {
    const split = parseFolderSplit(inner);
    const list = split === undefined ? undefined : await findMetadata(join(folder, inner));
    if (split !== undefined && list !== undefined) found.push({ inner, list, split });
  }
  return found;
}

const metadataNames = ["metadata.csv", "metadata.jsonl", "metadata.tsv"];

/** Finds the name of a folder's metadata list; undefined if there is none. */
async function findMetadata(folder: string): Promise<string | undefined> {
  const names = await readNames(folder);
  return metadataNames.map((wanted) => names.find((name) => name.toLowerCase() === wanted)).find(Boolean);
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw describeReadError(error, folder);
  }
}

async function readList(path: string, name: string, options: LoadDatasetOptions): Promise<LabelledRows> {
  return readLabelledRows(await readListTable(path, name, options), name, options.labels);
}

async function statData(
  path: string,
  spec: string,
): Promise<Awaited<ReturnType<typeof stat>> & { size: number }> {
  try {
    return await stat(path);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw describeReadError(error, path);
    throw new GolemError(
      "data-not-found",
      `There is no folder or file ${spec}${spec === path ? "" : ` (${path})`}.`,
      {
        hint: /^[\w.-]+\/[\w.-]+$/.test(spec)
          ? "Check the spelling; relative paths start at the working folder. Data sets on the Hugging Face Hub begin with hf:"
          : "Check the spelling; relative paths start at the working folder.",
        cause: error,
      },
    );
  }
}
