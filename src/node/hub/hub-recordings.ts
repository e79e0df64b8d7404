/**
 * Reads recordings from Parquet files of the Hub: requested rows are written to the cache folder once, as
 * ROW.EXTENSION.
 *
 * Only the row groups (or pages, if the file has an index) of requested rows are read. Not its concern:
 * labels.
 */
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Container, identifyContent } from "../../audio/formats/content.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording, RecordingOrigin } from "../../dataset/dataset.ts";
import type { ParquetFile } from "../../dataset/parquet-file.ts";
import { getExtension, isRecordingName } from "../../dataset/recording-name.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createCacheError } from "./hub-error.ts";

/** A Parquet file whose rows are part of a split. */
interface RowFile {
  /** First row, counted from the split's beginning. */
  readonly start: number;
  /** Opens the file on first use. */
  open(): Promise<ParquetFile>;
}

/** Maximum size of a recording in bytes. */
const maximumRecordingBytes = 1 << 30;
/** Rows separated by fewer stored bytes are read together. */
const gapBytes = 1 << 20;

/** File name extensions of containers that differ from the container's name. */
const endings: Readonly<Partial<Record<Container, string>>> = { mp4: "m4a", asf: "wma", wavpack: "wv" };

/**
 * Creates the recordings of a split; nothing is read until they are fetched or opened.
 *
 * @param folder Target folder; need not exist.
 * @param rows Fields of each recording, with its row counted from the start of the split.
 */
export function createHubRecordings(
  folder: string,
  files: readonly RowFile[],
  audioColumn: string,
  rows: readonly (Omit<Recording, "open" | "origin"> & { readonly row: number })[],
): Recording[] {
  const rowOf = new Map(rows.map(({ file, row }) => [file, row]));
  const silent = new Set<number>();
  let present: Map<number, string> | undefined;
  const find = async (row: number): Promise<string | undefined> => {
    present ??= await listPresent(folder);
    return present.get(row);
  };

  const fetchRows = async (requested: readonly number[], options: WorkOptions): Promise<void> => {
    const missing: number[] = [];
    for (const row of requested) if (!silent.has(row) && !(await find(row))) missing.push(row);
    if (missing.length === 0) return;
    const stage = "fetching recordings";
    let completed = requested.length - missing.length;
    options.onProgress?.({ stage, completed, total: requested.length });
    missing.sort((a, b) => a - b);
    for (const [index, file] of files.entries()) {
      const end = files[index + 1]?.start ?? Number.POSITIVE_INFINITY;
      const inFile = missing.filter((row) => row >= file.start && row < end).map((row) => row - file.start);
      if (inFile.length === 0) continue;
      const parquet = await file.open();
      for (const run of planReads(parquet, audioColumn, inFile)) {
        throwIfAborted(options.signal);
        const values = await parquet.readRows([audioColumn], run[0]!, run.at(-1)! + 1);
        for (const row of run) {
          const name = await writeRecording(folder, file.start + row, values[row - run[0]!]?.[audioColumn]);
          if (name === undefined) silent.add(file.start + row);
          else present!.set(file.start + row, name);
          options.onProgress?.({ stage, completed: ++completed, total: requested.length });
        }
      }
    }
  };

  const origin: RecordingOrigin = {
    fetch: (recordings, options) =>
      fetchRows(
        recordings.map((recording) => rowOf.get(recording.file)!),
        options,
      ),
  };
  return rows.map(({ row, ...fields }) => ({
    ...fields,
    origin,
    open: async () => {
      if (!(await find(row))) await fetchRows([row], {});
      const name = await find(row);
      if (name !== undefined) return openFileSource(join(folder, name));
      throw new GolemError(
        "data-not-found",
        `${fields.file}: the row contains no audio; expected the bytes of a file.`,
        {
          hint: "The data set refers to a file stored elsewhere. Leave the row out.",
        },
      );
    },
  }));
}

/** Splits rows of one file into ranges that are read together; a range stays within a row group. */
function planReads(parquet: ParquetFile, column: string, rows: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const [index, group] of parquet.groups.entries()) {
    const gap = parquet.hasPageIndex(index, column)
      ? gapBytes / Math.max(1, parquet.getBytesPerRow(index, column))
      : group.rows;
    let run: number[] | undefined;
    for (const row of rows.filter((row) => row >= group.start && row < group.start + group.rows)) {
      if (run && row - run.at(-1)! - 1 <= gap) run.push(row);
      else {
        run = [row];
        runs.push(run);
      }
    }
  }
  return runs;
}

/** Lists the names of the recordings in a folder, by row. */
async function listPresent(folder: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const row = /^(\d{1,10})\.[a-z0-9]{1,8}$/.exec(name)?.[1];
    if (row !== undefined) found.set(Number(row), name);
  }
  return found;
}

/** Writes one value {bytes, path} as a file, atomically; undefined if it has no bytes. */
async function writeRecording(folder: string, row: number, value: unknown): Promise<string | undefined> {
  const { bytes, path } = (value ?? {}) as { bytes?: unknown; path?: unknown };
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return undefined;
  if (bytes.length > maximumRecordingBytes) {
    throw new GolemError(
      "too-long",
      `Row ${row} contains a recording of ${bytes.length} bytes; expected at most ${maximumRecordingBytes}.`,
      { hint: "Select other rows, for example with --limit." },
    );
  }
  const { container } = await identifyContent(createMemorySource(bytes, "row"));
  const named = getExtension(typeof path === "string" ? path : "");
  const unknown = /^[a-z0-9]{1,8}$/.test(named) && isRecordingName(`x.${named}`) ? named : "bin";
  const name = `${row}.${container === "unknown" ? unknown : (endings[container] ?? container)}`;
  const staging = join(folder, `.${name}.${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(staging, "w");
    try {
      await handle.writeFile(bytes);
      await handle.sync().catch(() => {});
    } finally {
      await handle.close();
    }
    await rename(staging, join(folder, name));
  } catch (error) {
    await rm(staging, { force: true }).catch(() => {});
    throw createCacheError(error, join(folder, name), bytes.length);
  }
  return name;
}
