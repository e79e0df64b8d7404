/**
 * Reads a list of recordings: CSV, TSV or JSON lines.
 *
 * Not its concern: what columns mean, whether the recordings exist.
 */
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { parseCsv, parseJsonLines, type Table } from "../../dataset/table.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { describeReadError } from "../disk/file-hash.ts";
import { readRegularFile } from "../disk/regular-file.ts";

/** Maximum size of a list of recordings in bytes. */
const maximumListBytes = 256 << 20;

/** Whether a file's name is that of a list of recordings. */
export function isListName(name: string): boolean {
  return getListReader(name) !== undefined;
}

function getListReader(path: string): typeof parseCsv | typeof parseJsonLines | undefined {
  if (/\.(csv|tsv)$/i.test(path)) return parseCsv;
  if (/\.(jsonl|ndjson)$/i.test(path)) return parseJsonLines;
  return undefined;
}

/** Reads a list called `name`. Rejects with `invalid-data`, `unreadable`, `no-recordings`, `aborted`. */
export async function readListTable(path: string, name: string, options: WorkOptions): Promise<Table> {
  throwIfAborted(options.signal);
  const tooLarge = (size: number) =>
    new GolemError(
      "invalid-data",
      `${name} has ${size} bytes; expected at most ${maximumListBytes} bytes for a list of recordings.`,
      { hint: "Split it, or name another file." },
    );
  const bytes = await readRegularFile(path, maximumListBytes, tooLarge).catch((error: unknown) => {
    throw describeReadError(error, path);
  });
  throwIfAborted(options.signal);
  const read = getListReader(path) ?? parseCsv;
  return read(decodeText(bytes, name), name);
}
