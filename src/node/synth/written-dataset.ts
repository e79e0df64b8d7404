/**
 * Adds synthetic recordings to a data set on disk: a new folder, a folder per class, or one with
 * metadata.csv.
 *
 * Not its concern: how recordings are made.
 *
 * The list metadata.csv is rewritten with a column `origin`; its other columns and rows are kept. If there is
 * a folder per class and no list, a list of the existing recordings is created.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatCsvRow } from "../../core/csv-row.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { findListColumns } from "../../dataset/labelled-rows.ts";
import { loadDataset } from "../data/dataset-files.ts";
import { readListTable } from "../data/read-list.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";

interface AddedRecording {
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  readonly label: string;
  readonly speaker: string;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Collects recordings one by one; nothing is written before `finish`. */
export interface WrittenDataset {
  add(recording: AddedRecording): void;
  /**
   * Writes the list first, then the recordings, since an unlisted recording in the folder of a class would be
   * treated as real. Rejects with `output-failed`.
   */
  finish(): Promise<void>;
}

const listName = "metadata.csv";
type Row = ReadonlyMap<string, string>;

/**
 * Opens a folder for additions. Rejects with `output-exists` for a file and for a folder with another kind of
 * list, and with the errors of reading it.
 */
export async function openWrittenDataset(folder: string, options: WorkOptions): Promise<WrittenDataset> {
  const { columns, rows, names } = await readListed(folder, options);
  const added: Row[] = [];
  const files = new Map<string, Uint8Array>();
  return {
    add({ file, label, speaker, text, bytes }) {
      files.set(file, bytes);
      const cells = { [names.file]: file, [names.label]: label, [names.speaker]: speaker };
      added.push(new Map(Object.entries({ ...cells, text, origin: "synthetic" })));
    },
    async finish() {
      const isNew = new Set(added.map((row) => row.get(names.file)));
      const all = [...rows.filter((row) => !isNew.has(row.get(names.file))), ...added];
      const header = [...columns];
      for (const column of [names.speaker, "text", "origin"]) {
        if (!header.some((present) => present.toLowerCase() === column.toLowerCase())) header.push(column);
      }
      const lines = all.map((row) =>
        formatCsvRow(header.map((column) => row.get(column.toLowerCase()) ?? "")),
      );
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(join(folder, listName), `${[formatCsvRow(header), ...lines].join("\n")}\n`);
      for (const [file, bytes] of files) {
        const path = join(folder, file);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes);
      }
    },
  };
}

/** Reads the recordings listed in a folder, with all cells; column names become lower case. */
async function readListed(folder: string, options: WorkOptions) {
  const names = { file: "file_name", label: "label", speaker: "speaker" };
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new GolemError("output-exists", `${folder} is not a readable folder (${error.code}).`, {
      hint: "Name another folder with --out.",
    });
  });
  const list = entries.find((name) => /^metadata\.(csv|tsv|jsonl)$/i.test(name));
  if (list !== undefined && list !== listName) {
    throw new GolemError(
      "output-exists",
      `${folder} has ${list}; synthetic recordings are listed in ${listName}.`,
      {
        hint: `Write ${list} as ${listName}, or name another folder with --out.`,
      },
    );
  }
  if (list !== undefined) {
    const table = await readListTable(join(folder, list), list, options);
    const found = findListColumns(table);
    if (!found?.label) {
      throw new GolemError("invalid-data", `${list} in ${folder} has no columns file_name and label.`, {
        hint: "Name another folder with --out.",
      });
    }
    const [speaker = names.speaker] = found.groups;
    const lower = (name: string) => name.toLowerCase();
    return {
      columns: table.columns,
      rows: table.rows.map(({ cells }): Row => cells),
      names: { file: lower(found.file), label: lower(found.label), speaker: lower(speaker) },
    };
  }
  const visible = entries.filter((name) => !name.startsWith("."));
  const recordings = visible.length === 0 ? [] : (await loadDataset(folder, options)).recordings;
  const rows = recordings.map(
    ({ file, label, speaker = "", split }): Row =>
      new Map(
        Object.entries({
          ...{ file_name: file, label, speaker, origin: "real" },
          split: split === "none" ? "" : split,
        }),
      ),
  );
  return { columns: ["file_name", "label", "speaker", "split"], rows, names };
}
