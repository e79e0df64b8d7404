/**
 * Finds lists of recordings with names other than metadata.csv ("labels.csv", "meta/esc50.csv") in a folder
 * of recordings.
 */
import { join } from "node:path";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import { quoteShellWord } from "../../core/shell-word.ts";
import type { FolderLayout } from "../../dataset/folder-layout.ts";
import { findListColumns, type LabelledRows, readLabelledRows } from "../../dataset/labelled-rows.ts";
import { createFileMatcher, measureMatch } from "../../dataset/listed-files.ts";
import { isRecordingName } from "../../dataset/recording-name.ts";
import { isListName, readListTable } from "./read-list.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Maximum number of lists that are read, and maximum depth of their folders. */
const maximumLists = 12;
const maximumDepth = 2;

/** Minimum share of a list's rows that must be files of the folder. */
const minimumShare = 0.5;

/** A list that is used for a folder. */
interface FoundList extends LabelledRows {
  /** Relative to the folder. */
  readonly path: string;
}

/**
 * Finds the list to use: the only one that names recordings of the folder. If folders per class give the same
 * labels, no list is needed.
 *
 * @param files All files of the folder, relative to it.
 * @throws GolemError `invalid-data` if there are several lists, or one that contradicts the folders, with the
 *   commands to choose.
 */
export async function findList(
  spec: string,
  folder: string,
  files: readonly string[],
  layout: FolderLayout,
  options: LoadDatasetOptions,
): Promise<FoundList | undefined> {
  const names = files.filter((file) => isListName(file) && file.split("/").length <= maximumDepth);
  const candidates: FoundList[] = [];
  for (const path of names.slice(0, maximumLists)) {
    const found = await readCandidate(folder, path, files, options);
    if (found) candidates.push(found);
  }
  const classes = new Set(layout.recordings.map(({ label }) => label));
  const [first] = candidates;
  if (!first) return undefined;
  if (classes.size > 1 && layout.problem === undefined) {
    checkAgreement(spec, first, layout);
    return undefined;
  }
  if (candidates.length === 1) return first;
  throw new GolemError(
    "invalid-data",
    `${spec} contains ${candidates.length} lists that name its recordings (${candidates.map(({ path }) => path).join(", ")}); expected one.`,
    { hint: `Name the one to use, such as golem train ${quoteShellWord(join(spec, first.path))}` },
  );
}

async function readCandidate(
  folder: string,
  path: string,
  files: readonly string[],
  options: LoadDatasetOptions,
): Promise<FoundList | undefined> {
  let found: LabelledRows;
  try {
    const table = await readListTable(join(folder, path), path, options);
    const columns = findListColumns(table);
    if (columns?.label === undefined) return undefined;
    const match = createFileMatcher(files, path.split("/").slice(0, -1).join("/"));
    const written = table.rows.map(({ cells }) => cells.get(columns.file.toLowerCase()) ?? "");
    if (measureMatch(written, match).rows < minimumShare * written.length) return undefined;
    found = readLabelledRows(table, path, options.labels);
    const rows = found.rows.map((row) => ({ ...row, path: match(row.path) ?? row.path }));
    const named = new Set(rows.map((row) => row.path));
    const others = files.filter(
      (file) => isRecordingName(file.slice(file.lastIndexOf("/") + 1)) && !named.has(file),
    );
    const left =
      others.length === 0
        ? ""
        : ` ${others.length} recordings that it does not name are left out (${others.slice(0, 3).join(", ")}${others.length > 3 ? ", ..." : ""}).`;
    const note = {
      code: "invalid-data",
      file: path,
      message: `${path} is used as the list of recordings: files from its column ${columns.file}, labels from ${columns.label}.${left}`,
      hint: "To confirm this, rename it to metadata.csv, with the columns file_name and label; otherwise move it out of the folder.",
    };
    return { path, ...found, rows, warnings: [note, ...found.warnings] };
  } catch (error) {
    // A file that is not a list of recordings is ignored; one that looks like a list must be readable.
    const { code } = toErrorRecord(error, "unreadable");
    if (code === "aborted" || (error instanceof GolemError && /the label "/.test(error.message))) throw error;
    return undefined;
  }
}

/** Rejects a list whose labels differ from those of the folders, since it cannot be known which are right. */
function checkAgreement(spec: string, list: FoundList, layout: FolderLayout): void {
  const byFile = new Map(layout.recordings.map(({ path, label }) => [path, label]));
  const both = list.rows.filter(({ path }) => byFile.has(path));
  const other = both.filter(({ path, label }) => byFile.get(path) !== label);
  if (other.length === 0) return;
  const [first] = other;
  throw new GolemError(
    "invalid-data",
    `The folders of ${spec} and ${list.path} in it give ${other.length} of ${both.length} recordings different labels, such as ${first!.path}: ` +
      `"${byFile.get(first!.path)}" by its folder, "${first!.label}" by the list. Expected equal labels.`,
    {
      hint: `To use the list: golem train ${quoteShellWord(join(spec, list.path))}. To use the folders: move ${list.path} out of the folder.`,
    },
  );
}
