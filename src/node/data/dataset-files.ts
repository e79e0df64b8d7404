/**
 * Loads every form of DATA; those on the file system are read here.
 *
 * Not its concern: the contents of recordings.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { Dataset, Split } from "../../dataset/dataset.ts";
import { isHubAddress } from "../../dataset/hub-address.ts";
import { readLabelledRows } from "../../dataset/labelled-rows.ts";
import { isRecordingName, isSystemName } from "../../dataset/recording-name.ts";
import { parseSplit } from "../../dataset/split-name.ts";
import { parseCsv, parseJsonLines } from "../../dataset/table.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { describeReadError } from "../disk/file-hash.ts";
import { loadClassFolders } from "./class-folders.ts";
import { type FoundRows, type LoadDatasetOptions, locateRecordings } from "./recording-files.ts";

export type { LoadDatasetOptions } from "./recording-files.ts";

/** Maximum size of a list of recordings in bytes. */
const maximumListBytes = 256 << 20;

/**
 * Loads a data set: a folder per class (also inside `train`, `test`, `validation`), a folder with `metadata.csv` or
 * `metadata.jsonl`, a `.csv`, `.tsv` or `.jsonl` manifest, or hf:OWNER/NAME on the Hugging Face Hub. Recordings are not
 * opened.
 *
 * @param spec As written by the user; relative paths start at the working folder.
 * @throws GolemError `data-not-found`, `invalid-data`, `no-recordings`, `too-few-classes` (recordings in no class's
 *   folder), `conflicting-labels` (a file listed under two labels), `unreadable`, `aborted`; for hf: those of
 *   `loadHubDataset`.
 */
export async function loadDataset(spec: string, options: LoadDatasetOptions = {}): Promise<Dataset> {
  if (isHubAddress(spec)) {
    const { loadHubDataset } = await import("../hub/hub-dataset.ts");
    return loadHubDataset(spec, options);
  }
  const path = resolve(spec);
  const info = await statData(path, spec);
  if (info.isDirectory()) return loadFolder(spec, path, options);
  if (getListReader(path) === undefined) {
    const found = isRecordingName(basename(path)) ? "a single file" : "a file of another kind";
    throw new GolemError(
      "invalid-data",
      `${spec} is ${found}; a folder of recordings or a .csv, .tsv or .jsonl list was expected.`,
      { hint: "Name its folder. To classify one recording, use golem predict." },
    );
  }
  const rows = await readList(path, basename(path), options);
  return locateRecordings(spec, dirname(path), rows, { ...options, confined: false });
}

async function loadFolder(spec: string, folder: string, options: LoadDatasetOptions): Promise<Dataset> {
  const list = await findMetadata(folder);
  if (list !== undefined) {
    const rows = await readList(join(folder, list), list, options);
    return locateRecordings(spec, folder, rows, { ...options, confined: true });
  }
  const lists = await findSplitMetadata(folder);
  if (lists.length === 0) return loadClassFolders(spec, folder, options);
  const all: FoundRows = { rows: [], skipped: [] };
  for (const { inner, list, split } of lists) {
    const place = `${inner}/${list}`;
    const { rows, skipped } = await readList(join(folder, inner, list), place, options);
    const prefix = (name: string): string => `${inner}/${name}`;
    for (const row of rows) {
      all.rows.push({ ...row, path: prefix(row.path), split: row.split === "none" ? split : row.split });
    }
    for (const row of skipped) all.skipped.push({ ...row, file: prefix(row.file) });
  }
  return locateRecordings(spec, folder, all, { ...options, confined: true });
}

/** The name of a folder's metadata list, if any. */
async function findMetadata(folder: string): Promise<string | undefined> {
  const names = await readNames(folder);
  return ["metadata.csv", "metadata.jsonl"].find((name) => names.includes(name));
}

/** Lists inside `train`, `test` and `validation`, where each has its own. */
async function findSplitMetadata(folder: string): Promise<{ inner: string; list: string; split: Split }[]> {
  const found: { inner: string; list: string; split: Split }[] = [];
  for (const inner of (await readNames(folder)).sort()) {
    const split = parseSplit(inner);
    if (split === undefined || split === "none" || isSystemName(inner)) continue;
    const isFolder = (await stat(join(folder, inner)).catch(() => undefined))?.isDirectory();
    const list = isFolder ? await findMetadata(join(folder, inner)) : undefined;
    if (list !== undefined) found.push({ inner, list, split });
  }
  return found;
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw describeReadError(error, folder);
  }
}

function getListReader(path: string): typeof parseCsv | typeof parseJsonLines | undefined {
  if (/\.(csv|tsv)$/i.test(path)) return parseCsv;
  if (/\.(jsonl|ndjson)$/i.test(path)) return parseJsonLines;
  return undefined;
}

async function readList(path: string, name: string, options: LoadDatasetOptions): Promise<FoundRows> {
  throwIfAborted(options.signal);
  const { size } = await statData(path, name);
  if (size > maximumListBytes) {
    throw new GolemError(
      "invalid-data",
      `${name} has ${size} bytes; a list of recordings of at most ${maximumListBytes} was expected.`,
      { hint: "Split it, or name another file." },
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, options.signal ? { signal: options.signal } : {});
  } catch (error) {
    throwIfAborted(options.signal);
    throw describeReadError(error, path);
  }
  const read = getListReader(path) ?? parseCsv;
  return readLabelledRows(await read(decodeText(bytes, name), name), name, options.labels);
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
