/**
 * Reads the annotations of long recordings in the formats of other programs: Audacity's label tracks, Raven's
 * selection tables, and tables with the columns start and end.
 *
 * Not its concern: the file system, which recording an annotation file belongs to
 * (node/data/annotated-folder.ts).
 *
 * Audacity: manual, "Importing and Exporting Labels". Raven: Raven Pro User's Manual, chapter 6. Tables:
 * columns as in Hugging Face data sets, DCASE (onset, offset) and BirdNET ("Start (s)", "Common name").
 */
import { GolemError } from "../core/error.ts";
import { findColumns } from "./list-columns.ts";
import type { Segment } from "./segment.ts";
import { parseCsv, type Table } from "./table.ts";

/** One annotation, with its position for messages: "day.txt, line 3". */
export interface Annotation {
  readonly segment: Segment;
  /** As written, trimmed; may be empty. */
  readonly label: string;
  readonly place: string;
  /** Name of the recording, if the table has it: one table may annotate several recordings. */
  readonly file?: string;
}

const trackTime = /(-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)/.source;
const trackLine = new RegExp(`^\\s*${trackTime}\\t\\s*${trackTime}(?:\\t([^\\t]*).*)?$`, "i");

/**
 * Parses an Audacity label track: start, end and label, separated by tabs. Lines that begin with a backslash
 * contain the frequencies of the preceding label and are ignored, as are further cells, such as BirdNET's
 * confidence. Undefined if the text is something else, such as a transcript.
 */
export function parseLabelTrack(text: string, name: string): Annotation[] | undefined {
  const annotations: Annotation[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === "" || line.startsWith("\\")) continue;
    const match = trackLine.exec(line);
    if (!match) return undefined;
    annotations.push({
      // A label may start before the recording, if the track was moved.
      segment: { start: Math.max(0, toNumber(match[1]!)), end: Math.max(0, toNumber(match[2]!)) },
      label: match[3]?.trim() ?? "",
      place: `${name}, line ${index + 1}`,
    });
  }
  return annotations.length > 0 ? annotations : undefined;
}

/** Names of the columns with the start of a segment, and of its end or duration, the preferred first. */
const startColumns = [
  ...["start", "start (s)", "start_s", "start_time", "start_seconds", "start_time_s", "start (seconds)"],
  ...["begin", "begin_time", "begin time (s)", "begin_s", "onset", "onset_s", "event_onset", "t_min", "tmin"],
];
const endColumns = [
  ...["end", "end (s)", "end_s", "end_time", "end_seconds", "end_time_s", "end (seconds)", "end time (s)"],
  ...["stop", "stop_time", "offset", "offset_s", "event_offset", "t_max", "tmax"],
];
const durationColumns = ["duration", "duration_s", "duration (s)", "length_s", "delta time (s)"];
/** Columns of labels in tables of annotations, the preferred first. */
const labelColumns = [
  ...[
    "label",
    "annotation",
    "event_label",
    "common name",
    "species",
    "tag",
    "class",
    "category",
    "call type",
    "manual id",
  ],
  ...["sound type", "type", "name", "code", "id", "comments"],
];

/** Columns of a table that give a segment. */
export interface SegmentColumns {
  readonly start: string;
  readonly end?: string;
  readonly duration?: string;
}

function find(columns: readonly string[], names: readonly string[]): string | undefined {
  return findColumns(columns, names)[0];
}

/**
 * Finds the columns of start and end, or start and duration; undefined if a table has none. With a duration,
 * a column "offset" contains starts (Kaleidoscope, NeMo). In UrbanSound8K's list (`slice_file_name`) the
 * columns refer to another recording.
 */
export function findSegmentColumns(columns: readonly string[]): SegmentColumns | undefined {
  if (find(columns, ["slice_file_name"]) !== undefined) return undefined;
  const start = find(columns, startColumns);
  const duration = find(columns, durationColumns);
  if (start === undefined) {
    const offset = find(columns, ["offset"]);
    return offset === undefined || duration === undefined ? undefined : { start: offset, duration };
  }
  const end = find(columns, endColumns);
  if (end !== undefined) return { start, end };
  return duration === undefined ? undefined : { start, duration };
}

/** Reads the segment of a row; throws `invalid-data` unless it has two times in order. */
export function readSegment(
  getCell: (column: string | undefined) => string,
  { start, end, duration }: SegmentColumns,
  place: string,
): Segment {
  const read = (column: string): number => {
    const value = toNumber(getCell(column));
    if (getCell(column).trim() !== "" && value >= 0 && value <= 1e8) return value;
    throw new GolemError(
      "invalid-data",
      `${place}: ${column} is "${getCell(column).slice(0, 40)}"; expected seconds from the start of the recording.`,
      { hint: "Write seconds as a number, such as 12.5; if the column means something else, rename it." },
    );
  };
  const from = read(start);
  const segment = { start: from, end: end === undefined ? from + read(duration!) : read(end) };
  if (segment.end >= segment.start) return segment;
  throw new GolemError(
    "invalid-data",
    `${place}: the end, ${segment.end} s, is before the start, ${segment.start} s.`,
    { hint: "Swap them; if the columns mean something else, rename them." },
  );
}

/** Columns without a unit that Raven writes into selection tables. */
const ravenColumn =
  /^(selection|view|channel|(begin|end) (file|path|date|hour|clock time|date time)|.*\(.*\)|.*(freq|power|energy|entropy|amplitude|occupancy|score|count)( .*)?)$/i;

/** Whether a text is a Raven selection table, by the first cell of its header. */
export function isSelectionTable(text: string, delimiters = "\t,;"): boolean {
  return new RegExp(`^\\uFEFF?"?Selection"?[${delimiters}]`, "i").test(text);
}

/** Parses a table of annotations. Raven's cells are never quoted, and may contain quotes and commas. */
export async function parseAnnotationTable(text: string, name: string): Promise<Table> {
  const isRaven = isSelectionTable(text, "\t");
  return parseCsv(text, name, isRaven ? { delimiter: "\t", quote: null } : {});
}

/**
 * Finds the column of labels: the first non-empty column with a usual name; in a Raven table otherwise the
 * only column of text that the user has added.
 */
function findLabelColumn({ columns, rows }: Table): string | undefined {
  const usual = labelColumns.flatMap((name) => find(columns, [name]) ?? []);
  const getCells = (column: string) =>
    rows.map(({ cells }) => (cells.get(column.toLowerCase()) ?? "").trim()).filter((cell) => cell !== "");
  const filled = usual.find((column) => getCells(column).length > 0);
  if (filled !== undefined || find(columns, ["selection"]) === undefined) return filled ?? usual[0];
  const own = columns.filter(
    (column) => !ravenColumn.test(column) && getCells(column).some((cell) => Number.isNaN(toNumber(cell))),
  );
  return own.length === 1 ? own[0] : usual[0];
}

/** Columns that name the recording of a row, the preferred first. */
const recordingColumns = ["begin file", "begin path", "file", "filename", "file_name", "filepath", "in file"];

/**
 * Reads a Raven selection table, or a table of annotations of one recording; undefined without the columns of
 * start and end. Of a selection that Raven lists once per view, one row is used. Throws `invalid-data` for a
 * Raven table without labels.
 */
export function readAnnotationTable(table: Table, name: string): Annotation[] | undefined {
  const columns = findSegmentColumns(table.columns);
  const label = findLabelColumn(table);
  if (!columns) return undefined;
  if (label === undefined) {
    if (find(table.columns, ["selection"]) === undefined) return undefined;
    throw new GolemError(
      "invalid-data",
      `${name} has no column of labels; found ${table.columns.slice(0, 20).join(", ")}.`,
      { hint: "Add a column Annotation in Raven, and save the table again." },
    );
  }
  const file = find(table.columns, recordingColumns);
  const code = find(table.columns, ["species code"]);
  const inFile = find(table.columns, ["file offset (s)"]);
  const seen = new Set<string>();
  const annotations: Annotation[] = [];
  for (const { line, cells } of table.rows) {
    const place = `${name}, line ${line}`;
    const getCell = (column: string | undefined): string =>
      column === undefined ? "" : (cells.get(column.toLowerCase()) ?? "").trim();
    // BirdNET writes this row if nothing was found.
    if (getCell(label) === "nocall" && getCell(code) === "nocall") continue;
    let segment = readSegment(getCell, columns, place);
    // Times of a table for several files are counted from the start of the first file; offsets from the start
    // of the row's file.
    const offset = inFile === undefined ? Number.NaN : toNumber(getCell(inFile));
    if (offset >= 0) segment = { start: offset, end: offset + segment.end - segment.start };
    const recording = getCell(file).split(/[\\/]/).at(-1)!;
    const key = JSON.stringify([segment, getCell(label), recording]);
    if (seen.has(key)) continue;
    seen.add(key);
    annotations.push({
      ...{ segment, label: getCell(label), place },
      ...(recording === "" ? {} : { file: recording }),
    });
  }
  return annotations;
}

/**
 * Whether a table for several recordings lacks the offsets within each file: Raven's times are then counted
 * from the start of the first.
 */
export function lacksOffsets({ columns }: Table): boolean {
  return find(columns, ["selection"]) !== undefined && find(columns, ["file offset (s)"]) === undefined;
}

const toNumber = (text: string): number => Number(text.trim().replace(",", "."));
