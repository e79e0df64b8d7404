/**
 * Parses lists of recordings as tables: CSV (comma, semicolon or tab) and JSON lines.
 *
 * Not its concern: which columns matter.
 *
 * CSV: RFC 4180, read by csv-parse; the delimiter is the one in the header line.
 */
import { parseBoundedJson } from "../core/bounded-json.ts";
import { GolemError } from "../core/error.ts";

/** Maximum number of rows in one list. */
const maximumRows = 1_000_000;

/** Longest record; a longer one is due to a quote that was never closed. */
const maximumRecordLength = 1 << 20;

/** One record: its cells by column name (trimmed, lower case). */
interface TableRow {
  /** Line of the file on which the record ends, counted from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
}

/** Records, and the names of their columns as written. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * Parses CSV text whose first line is the header.
 *
 * @param name Name of the file in messages.
 * @param format Deviations from RFC 4180: the delimiter, no quotes.
 * @throws GolemError `invalid-data` for broken quotes, surplus cells, too many rows.
 */
export async function parseCsv(
  text: string,
  name: string,
  format: { readonly delimiter?: string; readonly quote?: null } = {},
): Promise<Table> {
  const { parse } = await import("csv-parse/sync");
  // Excel states the delimiter in a line of its own, which is not removed, so that line numbers are right.
  const stated = /^\ufeff?sep=(.)(?=\r?\n|\r)/i.exec(text);
  if (stated) return parseCsv(text.slice(stated[0].length), name, { delimiter: stated[1]!, ...format });
  const headerLine = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? "";
  const delimiter = headerLine.includes(",")
    ? ","
    : headerLine.includes(";")
      ? ";"
      : headerLine.includes("\t")
        ? "\t"
        : ",";
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter,
      ...format,
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maximumRecordLength,
      to: maximumRows + 2,
    }) as unknown as typeof records;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GolemError("invalid-data", `${name} is not valid CSV: ${reason.replace(/\.$/, "")}.`, {
      hint: 'Put cells that contain commas, quotes or line breaks in quotes, and write a quote inside them as "".',
      cause: error,
    });
  }
  const [header, ...body] = records;
  if (!header) throw createEmptyError(name);
  checkRowCount(body.length, name);
  const columns = header.record.map((column) => column.trim());
  const keys = columns.map((column) => column.toLowerCase());
  const rows: TableRow[] = [];
  for (const { record, info } of body) {
    if (record.every((cell) => cell.trim() === "")) continue;
    if (record.slice(columns.length).some((cell) => cell.trim() !== "")) {
      throw new GolemError(
        "invalid-data",
        `${name}, line ${info.lines}: ${record.length} cells; the header has ${columns.length}.`,
        { hint: "Put cells that contain the delimiter in quotes." },
      );
    }
    const cells = new Map<string, string>();
    // Of two columns with the same name, the first is used.
    for (const [i, key] of keys.entries()) if (!cells.has(key)) cells.set(key, record[i] ?? "");
    rows.push({ line: info.lines, cells });
  }
  return { columns, rows };
}

/**
 * Parses JSON lines: one object per line. Cells are text, numbers or booleans; null is an empty cell, and
 * nested values are left out.
 *
 * @throws GolemError `invalid-data`, with the line that is not an object.
 */
export function parseJsonLines(text: string, name: string): Table {
  const columns = new Set<string>();
  const rows: TableRow[] = [];
  let line = 0;
  for (const lineText of splitLines(text)) {
    line++;
    if (lineText.trim() === "") continue;
    checkRowCount(rows.length + 1, name);
    const cells = new Map<string, string>();
    for (const [column, value] of Object.entries(parseObject(lineText, `${name}, line ${line}`))) {
      columns.add(column.trim());
      const key = column.trim().toLowerCase();
      if (cells.has(key)) continue;
      if (value === null) cells.set(key, "");
      else if (typeof value !== "object") cells.set(key, String(value));
    }
    rows.push({ line, cells });
  }
  if (rows.length === 0) throw createEmptyError(name);
  return { columns: [...columns], rows };
}

function* splitLines(text: string): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end === -1 ? undefined : end);
    if (end === -1) return;
    start = end + 1;
  }
}

function parseObject(text: string, place: string): object {
  const value = parseBoundedJson(text, (found, cause) => {
    const reason = cause instanceof Error ? cause.message : found;
    return new GolemError("invalid-data", `${place}: not valid JSON (${reason}).`, {
      hint: 'Write one object per line, such as {"file_name": "a.wav", "label": "yes"}.',
      cause,
    });
  });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GolemError("invalid-data", `${place}: found ${text.trim().slice(0, 60)}; expected an object.`, {
      hint: 'Write one object per line, such as {"file_name": "a.wav", "label": "yes"}.',
    });
  }
  return value;
}

function checkRowCount(count: number, name: string): void {
  if (count <= maximumRows) return;
  throw new GolemError("invalid-data", `${name} has more than ${maximumRows} rows, the maximum.`, {
    hint: "Split it.",
  });
}

function createEmptyError(name: string): GolemError {
  return new GolemError("no-recordings", `${name} is empty; expected a header and one row per recording.`, {
    hint: "Give it the columns file_name and label.",
  });
}
