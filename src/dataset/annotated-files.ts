/**
 * Reads the labelled segments of long recordings from the annotation files in a folder: day.txt for day.wav
 * (an Audacity label track), day.Table.1.selections.txt (Raven), day.csv (columns start, end, label), or
 * tables that name the recordings.
 *
 * Not its concern: where the files are, which file belongs to which recording by its name
 * (annotation-places.ts), cutting the recordings.
 */
import { GolemError, toErrorRecord } from "../core/error.ts";
import {
  type Annotation,
  isSelectionTable,
  lacksOffsets,
  parseAnnotationTable,
  parseLabelTrack,
  readAnnotationTable,
} from "./annotation-files.ts";
import {
  findAnnotationFiles,
  findElsewhere,
  findNamed,
  listLoose,
  placeBeside,
} from "./annotation-places.ts";
import { checkLabel } from "./label-limits.ts";
import type { LabelledRow, LabelledRows } from "./labelled-rows.ts";
import { isRecordingName } from "./recording-name.ts";
import { parseFolderSplit } from "./split-name.ts";

/** Reads the text of a file; undefined if it is not text. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** Share of the recordings that must have annotations for a folder to be annotated. */
const minimumShare = 0.5;

interface AnnotationFile {
  readonly annotations: readonly Annotation[];
  /** Whether it is a label track or a selection table, not a list of recordings. */
  readonly isTrackOrSelection: boolean;
  /** If it names several recordings: whether its times count from the start of the first. */
  readonly lacksOffsets: boolean;
}

/** The annotations in the files of a folder. */
interface Found extends LabelledRows {
  /** Recordings with annotations, or with an annotation file without entries. */
  readonly annotated: Set<string>;
  /** Recordings with an annotation file without entries. */
  readonly empty: string[];
}

/**
 * Reads the annotations among files; undefined unless at least half of the recordings have some.
 *
 * @param files All files of a folder, relative to it, with forward slashes.
 */
export async function readAnnotatedFiles(
  files: readonly string[],
  readText: ReadText,
  signal?: AbortSignal,
): Promise<LabelledRows | undefined> {
  const recordings = files.filter((file) => isRecordingName(file.slice(file.lastIndexOf("/") + 1)));
  const found: Found = { rows: [], skipped: [], warnings: [], annotated: new Set(), empty: [] };
  const beside = findAnnotationFiles(recordings, files);
  const blank: string[] = [];
  for (const [recording, candidates] of beside) {
    signal?.throwIfAborted();
    let used: string | undefined;
    for (const file of candidates) {
      const own = await readAnnotations(file, readText);
      if (own === "blank" || own?.annotations.length === 0) blank.push(recording);
      if (own === undefined || own === "blank") continue;
      if (used !== undefined) found.warnings.push(createSecondWarning(file, used, recording));
      else addFile(file, own, recordings, found, recording);
      used ??= file;
    }
  }
  for (const file of listLoose(files, beside)) {
    signal?.throwIfAborted();
    const own = await readAnnotations(file, readText);
    if (own !== undefined && own !== "blank" && own.isTrackOrSelection) addFile(file, own, recordings, found);
  }
  if (found.rows.length + found.skipped.length === 0) return undefined;
  for (const recording of blank) {
    if (found.annotated.has(recording)) continue;
    found.annotated.add(recording);
    found.empty.push(recording);
  }
  if (found.annotated.size < minimumShare * recordings.length) return undefined;
  for (const file of recordings.filter((file) => !found.annotated.has(file))) {
    found.warnings.push({
      file,
      code: "not-annotated",
      message: `${file} has no annotation file and is not used.`,
      hint: `Write them to ${file.replace(/^.*\/|\.[^.]*$/g, "")}.txt (an Audacity label track), or move the recording elsewhere.`,
    });
  }
  return { rows: found.rows, skipped: found.skipped, warnings: found.warnings, empty: found.empty };
}

/**
 * Reads one file of annotations of recordings in the same folder. Rejects with `invalid-data` if it contains
 * something else, or no recording is found for it.
 */
export async function readAnnotationFile(
  name: string,
  recordings: readonly string[],
  readText: ReadText,
): Promise<LabelledRows> {
  const own = await readAnnotations(name, readText);
  if (own === undefined || own === "blank") {
    throw new GolemError(
      "invalid-data",
      `${name} contains no annotations; expected an Audacity label track or a Raven selection table.`,
      { hint: "Name a folder of recordings, or a .csv, .tsv or .jsonl list." },
    );
  }
  const found: Found = { rows: [], skipped: [], warnings: [], annotated: new Set(), empty: [] };
  const [recording] = [...findAnnotationFiles(recordings, [name]).keys()];
  addFile(name, own, recordings, found, recording);
  if (found.annotated.size === 0) throw createPlaceError(name);
  return found;
}

const createPlaceError = (name: string): GolemError =>
  new GolemError("invalid-data", `${name} contains annotations, but no recording was found for them.`, {
    hint: "Name it after the recording and put it in the same folder (day.wav, day.txt).",
  });

const createSecondWarning = (file: string, used: string, recording: string) => ({
  file,
  code: "not-annotated",
  message: `${file} is not used: the annotations of ${recording} are read from ${used}.`,
  hint: "Put all annotations of a recording into one file.",
});

/**
 * Adds the annotations of one file: to the recordings that it names, else to the one that it is named after,
 * in the same folder or another, else to the only recording.
 */
function addFile(
  file: string,
  { annotations, lacksOffsets: countsFromFirst }: AnnotationFile,
  recordings: readonly string[],
  found: Found,
  beside?: string,
): void {
  if (annotations.length === 0) return;
  const named = new Map<string, string | undefined>();
  for (const { file: name } of annotations) {
    if (name !== undefined) named.set(name, findNamed(name, file, recordings));
  }
  // If the only named recording is missing, it was probably renamed or converted.
  const isRenamed = named.size === 1 && [...named.values()][0] === undefined;
  const own = beside ?? findElsewhere(file, recordings, found.annotated);
  if (beside === undefined && own === undefined && [...named.values()].every((path) => path === undefined)) {
    if (recordings.length > 0)
      found.warnings.push({ file, ...toErrorRecord(createPlaceError(file), "invalid-data") });
    return;
  }
  if (own !== undefined && (named.size === 0 || isRenamed)) found.annotated.add(own);
  for (const annotation of annotations) {
    const { file: name } = annotation;
    const path = name === undefined || isRenamed ? own : (named.get(name) ?? placeBeside(name, file));
    if (path === undefined) continue;
    if (recordings.includes(path)) found.annotated.add(path);
    addRow(path, annotation, found);
  }
  if (named.size > 1 && countsFromFirst) {
    found.warnings.push({
      file,
      code: "not-annotated",
      message: `${file} names ${named.size} recordings but has no column File Offset (s); its times are assumed to be counted from the start of each recording.`,
      hint: "If they are counted from the start of the first, add the measurement File Offset (s) in Raven, and save the table again.",
    });
  }
}

function addRow(
  path: string,
  { segment, label, place }: Annotation,
  { rows, skipped }: Pick<LabelledRows, "rows" | "skipped">,
): void {
  const left = (message: string, hint: string): void => {
    skipped.push({ file: path, code: "invalid-data", message: `${place}: ${message}`, hint });
  };
  if (label === "") {
    left(
      `the annotation from ${segment.start} to ${segment.end} s has no label; expected one.`,
      "Add its label, or delete it.",
    );
    return;
  }
  if (segment.end < segment.start) {
    left(
      `${label} ends at ${segment.end} s, before its start at ${segment.start} s.`,
      "Swap the two, or delete it.",
    );
    return;
  }
  if (segment.end === segment.start) {
    left(
      `${label} at ${segment.start} s is a point; expected a segment with an end.`,
      "Give it a duration, or delete it.",
    );
    return;
  }
  checkLabel(label.normalize("NFC"), place);
  const split = parseFolderSplit(path.split("/")[0]!);
  rows.push({
    ...{ path, label: label.normalize("NFC"), segment, place },
    split: path.includes("/") && split !== undefined ? split : "none",
  } satisfies LabelledRow);
}

/** Reads the annotations of a file; "blank" if it is empty, undefined if it contains something else. */
async function readAnnotations(
  name: string,
  readText: ReadText,
): Promise<AnnotationFile | "blank" | undefined> {
  const text = await readText(name);
  if (text === undefined) return undefined;
  if (text.trim() === "") return "blank";
  const track = parseLabelTrack(text, name);
  if (track) return { annotations: track, isTrackOrSelection: true, lacksOffsets: false };
  const [header = ""] = text.split(/[\r\n]/, 1);
  if (!/[\t,;]/.test(header)) return undefined;
  const table = await parseAnnotationTable(text, name);
  const annotations = readAnnotationTable(table, name);
  const isTrackOrSelection = isSelectionTable(text);
  return annotations && { annotations, isTrackOrSelection, lacksOffsets: lacksOffsets(table) };
}
