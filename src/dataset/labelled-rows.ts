/**
 * Reads which recording has which label from the rows of a table.
 *
 * Not its concern: whether the files exist.
 *
 * Columns as in Hugging Face's AudioFolder: `file_name`, `label`, optional `speaker` or `group`, optional
 * `split`.
 */
import { GolemError } from "../core/error.ts";
import type { SkippedRecording, Split } from "./dataset.ts";
import { parseSplit } from "./split-name.ts";
import type { Table } from "./table.ts";

/** Whether every row needs a label (to train) or not (a pool to choose from). */
export type LabelNeed = "required" | "optional";

/** One row of a list. */
export interface LabelledRow {
  /** As written. */
  readonly path: string;
  /** In NFC, trimmed; empty only where labels are optional. */
  readonly label: string;
  readonly speaker?: string;
  readonly split: Split;
  /** Position for messages: "metadata.csv, line 3". */
  readonly place: string;
}

/**
 * Reads the rows of a table. Rows without a label are skipped; it is an error if no row has one.
 *
 * @throws GolemError `invalid-data` for missing columns and unknown splits, `no-recordings` for no rows.
 */
export function readLabelledRows(
  table: Table,
  name: string,
  labels: LabelNeed = "required",
): { rows: LabelledRow[]; skipped: SkippedRecording[] } {
  checkColumns(table, name, labels);
  const rows: LabelledRow[] = [];
  const skipped: SkippedRecording[] = [];
  for (const { line, cells } of table.rows) {
    const place = `${name}, line ${line}`;
    const getCell = (column: string): string => cells.get(column)?.trim().normalize("NFC") ?? "";
    const path = cells.get("file_name") ?? "";
    const label = getCell("label");
    if (path.trim() === "") {
      throw new GolemError(
        "invalid-data",
        `${place}: file_name is empty; the name of a recording was expected.`,
        {
          hint: "Fill it in, or delete the row.",
        },
      );
    }
    if (label === "" && labels === "required") {
      const message = `${place}: ${path} has no label; one was expected.`;
      skipped.push({ file: path, code: "invalid-data", message, hint: "Fill it in, or delete the row." });
      continue;
    }
    const split = parseSplit(getCell("split"));
    if (split === undefined) {
      throw new GolemError(
        "invalid-data",
        `${place}: the split is "${getCell("split")}"; train, validation or test was expected.`,
        { hint: "Rename the column if it means something else; it may also be left empty." },
      );
    }
    const speaker = getCell("speaker") || getCell("group");
    rows.push({ path, label, ...(speaker === "" ? {} : { speaker }), split, place });
  }
  if (rows.length === 0 && skipped.length > 0) {
    throw new GolemError("invalid-data", `${name}: none of its ${skipped.length} rows has a label.`, {
      hint: "Fill in the column label.",
    });
  }
  if (rows.length === 0) {
    throw new GolemError(
      "no-recordings",
      `${name} has a header but no rows; one per recording was expected.`,
    );
  }
  return { rows, skipped };
}

function checkColumns(table: Table, name: string, labels: LabelNeed): void {
  const present = new Set(table.columns.map((column) => column.toLowerCase()));
  const needed = labels === "required" ? ["file_name", "label"] : ["file_name"];
  const missing = needed.filter((column) => !present.has(column));
  if (missing.length === 0) return;
  const found = table.columns.slice(0, 20).map((column) => `"${column.slice(0, 60)}"`);
  throw new GolemError(
    "invalid-data",
    `${name} has no column ${missing.join(" and no column ")}; found ${found.join(", ") || "none"}.`,
    {
      hint: "Name the columns file_name and label (optional: speaker or group, split); others are ignored.",
    },
  );
}
