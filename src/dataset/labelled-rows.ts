/**
 * Reads recordings with their labels from the rows of a table.
 *
 * Not its concern: whether the files exist.
 *
 * Columns as in Hugging Face's AudioFolder: `file_name`, `label`, optional `speaker` (or another column of
 * groups), optional `split` and `origin` (real or synthetic); other usual names of these columns are accepted
 * (list-columns.ts).
 */
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { checkAlikeSpellings } from "./alike-labels.ts";
import { findSegmentColumns, readSegment } from "./annotation-files.ts";
import type { SkippedRecording, Split } from "./dataset.ts";
import { checkLabel, checkLabelCount } from "./label-limits.ts";
import { describeGroupChoice, fileColumns, findColumns, groupColumns, labelColumns } from "./list-columns.ts";
import type { Segment } from "./segment.ts";
import { parseSplit } from "./split-name.ts";
import type { Table } from "./table.ts";

/** Whether every row needs a label (to train) or not (a pool to choose from). */
export type LabelNeed = "required" | "optional";

/** One row of a list. */
export interface LabelledRow {
  /** As written. */
  readonly path: string;
  /** In NFC, trimmed; empty only if labels are optional. */
  readonly label: string;
  readonly speaker?: string;
  /** Whether the column `origin` is "synthetic". */
  readonly isSynthetic?: true;
  readonly split: Split;
  /** The segment of the file that the row describes; absent for the whole file. */
  readonly segment?: Segment;
  /** Position for messages: "metadata.csv, line 3". */
  readonly place: string;
}

/** The rows of a list. */
export interface LabelledRows {
  readonly rows: LabelledRow[];
  readonly skipped: SkippedRecording[];
  /** Long recordings that are annotated as containing no events. */
  readonly empty?: readonly string[];
  /** Warnings about columns and labels that may have been misinterpreted. */
  readonly warnings: (ErrorRecord & { readonly file?: string })[];
}

/** The columns of a list by their contents. */
interface ListColumns {
  readonly file: string;
  readonly label: string | undefined;
  /** In order of preference; a row without a value in one uses the next. */
  readonly groups: readonly string[];
}

/** Finds the columns of a table by their names; undefined if there is no column of files. */
export function findListColumns(table: Table): ListColumns | undefined {
  const [file] = findColumns(table.columns, fileColumns);
  const [label] = findColumns(table.columns, labelColumns);
  if (file === undefined) return undefined;
  return { file, label, groups: chooseGroups(table) };
}

/** Chooses the columns of groups; one with the same value in every row only if there is no other. */
function chooseGroups({ columns, rows }: Table): string[] {
  const found = findColumns(columns, groupColumns).map((column) => {
    const values = new Set(rows.map(({ cells }) => cells.get(column.toLowerCase())?.trim() ?? ""));
    return { column, isEmpty: values.size === 1 && values.has(""), varies: values.size > 1 };
  });
  const varying = found.filter(({ varies }) => varies);
  const kept = varying.length > 0 ? varying : found.filter(({ isEmpty }) => !isEmpty).slice(0, 1);
  return kept.map(({ column }) => column);
}

/**
 * Reads the rows of a table. Rows without a label are skipped; it is an error if no row has one.
 *
 * @throws GolemError `invalid-data` for missing columns, unknown splits and impossible labels,
 *   `no-recordings` for no rows.
 */
export function readLabelledRows(table: Table, name: string, labels: LabelNeed = "required"): LabelledRows {
  const columns = checkColumns(table, name, labels);
  const [splitColumn] = findColumns(table.columns, ["split", "subset", "fold_split"]);
  const [originColumn] = findColumns(table.columns, ["origin"]);
  const segmentColumns = findSegmentColumns(table.columns);
  const rows: LabelledRow[] = [];
  const skipped: SkippedRecording[] = [];
  const spellings: { file: string; written: string; label: string }[] = [];
  for (const { line, cells } of table.rows) {
    const place = `${name}, line ${line}`;
    const getRaw = (column: string | undefined): string =>
      column === undefined ? "" : (cells.get(column.toLowerCase()) ?? "");
    const getCell = (column: string | undefined): string => getRaw(column).trim().normalize("NFC");
    const path = getRaw(columns.file);
    const label = getCell(columns.label);
    if (path.trim() === "") {
      throw new GolemError(
        "invalid-data",
        `${place}: ${columns.file} is empty; expected the name of a recording.`,
        {
          hint: "Fill it in, or delete the row.",
        },
      );
    }
    if (label === "" && labels === "required") {
      const message = `${place}: ${path} has no label; expected one.`;
      skipped.push({ file: path, code: "invalid-data", message, hint: "Fill it in, or delete the row." });
      continue;
    }
    checkLabel(label, place);
    const split = parseSplit(getCell(splitColumn));
    if (split === undefined) {
      throw new GolemError(
        "invalid-data",
        `${place}: the split is "${getCell(splitColumn)}"; expected train, validation or test.`,
        { hint: "Rename the column if it means something else; it may also be left empty." },
      );
    }
    const speaker = columns.groups.map(getCell).find((value) => value !== "") ?? "";
    spellings.push({ file: path, written: getRaw(columns.label), label });
    const made = getCell(originColumn).toLowerCase() === "synthetic" ? ({ isSynthetic: true } as const) : {};
    rows.push({
      ...{ path, label, split, place },
      ...made,
      ...(speaker === "" ? {} : { speaker }),
      ...(segmentColumns ? { segment: readSegment(getCell, segmentColumns, place) } : {}),
    });
  }
  checkLabelCount(
    rows.map(({ label }) => label),
    name,
  );
  if (rows.length === 0 && skipped.length > 0) {
    throw new GolemError("invalid-data", `${name}: none of its ${skipped.length} rows has a label.`, {
      hint: `Fill in the column ${columns.label}.`,
    });
  }
  if (rows.length === 0) {
    throw new GolemError("no-recordings", `${name} has a header but no rows; expected one per recording.`);
  }
  const choice = describeGroupChoice(name, columns.groups, table.columns);
  return { rows, skipped, warnings: [...(choice ? [choice] : []), ...checkAlikeSpellings(spellings)] };
}

function checkColumns(table: Table, name: string, labels: LabelNeed): ListColumns {
  const columns = findListColumns(table);
  if (columns && (columns.label !== undefined || labels === "optional")) return columns;
  const missing = [
    ...(columns === undefined ? ["file_name"] : []),
    ...(labels === "required" && findColumns(table.columns, labelColumns).length === 0 ? ["label"] : []),
  ];
  const found = table.columns.slice(0, 20).map((column) => `"${column.slice(0, 60)}"`);
  throw new GolemError(
    "invalid-data",
    `${name} has no column ${missing.join(" and no column ")}; found ${found.join(", ") || "none"}.`,
    {
      hint: "Name the columns file_name and label (optional: speaker or group, split); others are ignored.",
    },
  );
}
