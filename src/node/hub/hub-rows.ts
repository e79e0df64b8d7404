/** Reads labels and speakers of a Hub data set without its recordings, and caches them. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { type ColumnOptions, chooseColumns, readFeatures, readText } from "../../dataset/parquet-features.ts";
import type { ParquetFile } from "../../dataset/parquet-file.ts";
import { readKept, writeKept } from "../disk/kept-json.ts";

/** To be raised when the choice of columns changes, so that cached rows are read again. */
const choiceVersion = 2;

/** Number of row groups read concurrently. */
const concurrency = 6;

/** Labels and speakers of a split's first rows; cached. */
interface RowTable {
  readonly audio: string;
  /** First row of each file; unread files are missing. */
  readonly starts: readonly number[];
  /** [label, speaker] of each row, null if absent. */
  readonly rows: readonly (readonly [string | null, string | null])[];
  readonly complete: boolean;
  /** Warnings about the choice of columns. */
  readonly warnings?: readonly ErrorRecord[];
}

interface RowsWanted {
  /** Id of the data set, for messages. */
  readonly id: string;
  readonly config: string;
  readonly paths: readonly string[];
  readonly openFiles: readonly (() => Promise<ParquetFile>)[];
  readonly card: unknown;
  readonly wish: ColumnOptions;
  /** Reading ends after this many usable rows. */
  readonly limit: number | undefined;
}

/**
 * Reads labels and speakers by row groups; from `folder` if they are cached.
 *
 * @throws GolemError `invalid-data` if there is no audio or label column, `fetch-failed` ..., `aborted`.
 */
export async function loadRows(folder: string, request: RowsWanted, options: WorkOptions): Promise<RowTable> {
  const { wish, limit, openFiles } = request;
  const digest = createHash("sha256")
    .update(JSON.stringify([choiceVersion, wish, request.paths]))
    .digest("hex");
  const path = join(folder, `rows-${digest.slice(0, 16)}.json`);
  const kept = await readKept<RowTable>(path);
  if (kept && isEnough(kept, wish, limit)) return kept;
  const stage = "reading labels";
  const starts: number[] = [];
  const rows: [string | null, string | null][] = [];
  let counted = 0;
  let audio = "";
  const warnings: ErrorRecord[] = [];
  const table = (complete: boolean): RowTable => ({ audio, starts, rows, complete, warnings });
  for (const [index, openFile] of openFiles.entries()) {
    if (isEnough(table(false), wish, limit)) break;
    const parquet = await openFile();
    const name = `The data set ${request.id}, ${request.paths[index]},`;
    const features = readFeatures(
      ...([parquet.columns, parquet.notes.get("huggingface"), request.card, request.config] as const),
    );
    const choice = chooseColumns(features, wish, name);
    if (index > 0 && choice.audio !== audio) {
      throw new GolemError(
        "invalid-data",
        `${name} has its audio in ${choice.audio}, the files before it in ${audio}.`,
      );
    }
    audio = choice.audio;
    if (index === 0 && choice.warning) warnings.push(choice.warning);
    starts.push(counted);
    const columns = [...new Set([choice.label, choice.speaker].filter((column) => column !== undefined))];
    const atOnce = limit === undefined ? concurrency : 1;
    for (let first = 0; first < parquet.groups.length; first += atOnce) {
      throwIfAborted(options.signal);
      if (isEnough(table(false), wish, limit)) break;
      options.onProgress?.({ stage, completed: rows.length, total: counted + parquet.rows });
      const parts = await Promise.all(
        parquet.groups
          .slice(first, first + atOnce)
          .map(async ({ start, rows: count }) =>
            columns.length === 0
              ? Array.from({ length: count }, () => ({}) as Record<string, unknown>)
              : parquet.readRows(columns, start, start + count),
          ),
      );
      for (const values of parts.flat()) {
        const read = (column: string | undefined): string | null =>
          column === undefined ? null : (readText(values[column], features.get(column)) ?? null);
        rows.push([read(choice.label), read(choice.speaker)]);
      }
    }
    counted += parquet.rows;
  }
  const result = table(rows.length === counted && starts.length === openFiles.length);
  await writeKept(path, result);
  return result;
}

function isEnough(
  { rows, complete }: RowTable,
  { labels }: ColumnOptions,
  limit: number | undefined,
): boolean {
  if (complete) return true;
  if (limit === undefined) return false;
  const usable = labels === "required" ? rows.filter(([label]) => label !== null).length : rows.length;
  return usable >= limit;
}
