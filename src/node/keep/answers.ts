/**
 * Reads and writes the labels given in a review: metadata.csv in the reviewed folder, which `golem train` and
 * `golem update` read. The file is replaced atomically, so that a crash loses at most the current answer.
 */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { formatCsvRow } from "../../core/csv-row.ts";
import { GolemError } from "../../core/error.ts";
import { readListTable } from "../data/read-list.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";

/** Name of the file of answers in a reviewed folder. */
export const answersName = "metadata.csv";

/** Columns of the answers; the last two are for recordings that are segments of clips. */
const columns = ["file_name", "label", "source", "start", "end"] as const;

/** One row of the answers; `start` and `end` in seconds from the start of the file. */
export interface Answer {
  readonly file: string;
  readonly label: string;
  readonly source: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/**
 * Reads the answers of a folder by file; empty if there are none. Rejects with `output-exists` if its
 * metadata.csv was not written by a review (it would be overwritten), and with `invalid-data`.
 */
export async function readAnswers(folder: string): Promise<Map<string, Answer>> {
  const path = join(folder, answersName);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return new Map();
  const table = await readListTable(path, answersName, {});
  const found = table.columns.join(",");
  const isOwn = [3, 5].some((count) => found === columns.slice(0, count).join(","));
  if (!isOwn) {
    throw new GolemError(
      "output-exists",
      `${path} has the columns ${found.slice(0, 200)}; expected those of a review: ${columns.slice(0, 3).join(",")}.`,
      { hint: "Rename it, or review a copy of the folder." },
    );
  }
  const answers = new Map<string, Answer>();
  for (const { cells } of table.rows) {
    const get = (column: string): string => cells.get(column) ?? "";
    const toSeconds = (column: string) => (get(column) === "" ? undefined : Number(get(column)));
    const file = get("file_name");
    answers.set(file, {
      ...{ file, label: get("label"), source: get("source") },
      ...{ start: toSeconds("start"), end: toSeconds("end") },
    });
  }
  return answers;
}

/** Writes the answers of a folder. Rejects with `output-failed`. */
export async function writeAnswers(folder: string, answers: ReadonlyMap<string, Answer>): Promise<void> {
  const all = [...answers.values()];
  const hasSegments = all.some(({ start }) => start !== undefined);
  const rows = all.map(({ file, label, source, start, end }) =>
    formatCsvRow([file, label, source, ...(hasSegments ? [String(start ?? ""), String(end ?? "")] : [])]),
  );
  const header = columns.slice(0, hasSegments ? 5 : 3).join(",");
  await writeFileAtomic(join(folder, answersName), `${[header, ...rows].join("\n")}\n`);
}
