/**
 * Folders of long recordings with annotations: day.wav with day.txt (an Audacity label track),
 * day.Table.1.selections.txt (Raven), or day.csv (columns start, end, label); tables that name the recordings.
 *
 * Not its concern: which file belongs to which recording (annotation-places.ts), cutting the recordings
 * (segment-recordings.ts).
 */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import {
  type Annotation,
  isSelectionTable,
  lacksOffsets,
  parseAnnotationTable,
  parseLabelTrack,
  readAnnotationTable,
} from "../../dataset/annotation-files.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import type { LabelledRow, LabelledRows } from "../../dataset/labelled-rows.ts";
import { isRecordingName } from "../../dataset/recording-name.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { findAnnotationFiles, findElsewhere, findNamed, listLoose } from "./annotation-places.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Largest file of annotations in bytes. */
const maximumBytes = 64 << 20;
/** Share of the recordings that must have annotations for a folder to be annotated. */
const minimumShare = 0.5;

/** The annotations of one file. */
interface AnnotationFile {
  readonly annotations: readonly Annotation[];
  /** Whether it is a label track or a selection table, not a list of recordings. */
  readonly isTrackOrSelection: boolean;
  /** Whether its times are in all recordings together, if it names several. */
  readonly lacksOffsets: boolean;
}

/** What is found in the files of a folder. */
interface Found extends LabelledRows {
  /** Recordings with annotations, or with a file that says that there are none. */
  readonly annotated: Set<string>;
  /** The latter. */
  readonly empty: string[];
}

/**
 * Reads the annotations of a folder; undefined unless at least half of its recordings have some.
 *
 * @param files All files of the folder, relative to it.
 */
export async function readAnnotatedFolder(
  folder: string,
  files: readonly string[],
  { signal }: LoadDatasetOptions,
): Promise<LabelledRows | undefined> {
  const recordings = files.filter((file) => isRecordingName(basename(file)));
  const found: Found = { rows: [], skipped: [], warnings: [], annotated: new Set(), empty: [] };
  const beside = findAnnotationFiles(recordings, files);
  const blank: string[] = [];
  for (const [recording, candidates] of beside) {
    signal?.throwIfAborted();
    let used: string | undefined;
    for (const file of candidates) {
      const own = await readAnnotations(join(folder, file), file);
      if (own === "blank" || own?.annotations.length === 0) blank.push(recording);
      if (own === undefined || own === "blank") continue;
      if (used !== undefined) found.warnings.push(createSecondWarning(file, used, recording));
      else addFile(file, own, recordings, found, recording);
      used ??= file;
    }
  }
  for (const file of listLoose(files, beside)) {
    signal?.throwIfAborted();
    const own = await readAnnotations(join(folder, file), file);
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
      message: `${file} has no annotations beside it and is not used.`,
      hint: `Write them to ${withoutExtension(basename(file))}.txt (an Audacity label track), or move the recording elsewhere.`,
    });
  }
  return { rows: found.rows, skipped: found.skipped, warnings: found.warnings, empty: found.empty };
}

/** Whether a file that was named as DATA may hold annotations: by its name, or as a selection table. */
export async function isAnnotationFile(path: string): Promise<boolean> {
  if (/\.txt$/i.test(path)) return true;
  if (!/\.(csv|tsv)$/i.test(path)) return false;
  const text = await readText(path, basename(path)).catch(() => undefined);
  return text !== undefined && isSelectionTable(text);
}

/**
 * Reads one file of annotations, of recordings in its folder. Rejects with `invalid-data` if it holds something else, or
 * no recording is found for it.
 */
export async function readAnnotationFile(path: string): Promise<LabelledRows> {
  const name = basename(path);
  const own = await readAnnotations(path, name);
  if (own === undefined || own === "blank") {
    throw new GolemError(
      "invalid-data",
      `${name} holds no annotations; a label track of Audacity or a selection table of Raven was expected.`,
      { hint: "Name a folder of recordings, or a .csv, .tsv or .jsonl list." },
    );
  }
  const recordings = (await readdir(dirname(path))).filter(isRecordingName);
  const found: Found = { rows: [], skipped: [], warnings: [], annotated: new Set(), empty: [] };
  const [recording] = [...findAnnotationFiles(recordings, [name]).keys()];
  addFile(name, own, recordings, found, recording);
  if (found.annotated.size === 0) throw createPlaceError(name);
  return found;
}

const createPlaceError = (name: string): GolemError =>
  new GolemError("invalid-data", `${name} holds annotations, but it is not clear of which recording.`, {
    hint: "Name it after the recording and put it beside it (day.wav, day.txt).",
  });

const createSecondWarning = (file: string, used: string, recording: string) => ({
  file,
  code: "not-annotated",
  message: `${file} is not used: the annotations of ${recording} are read from ${used}.`,
  hint: "Put all annotations of a recording into one file.",
});

/**
 * Adds the annotations of one file: to the recordings that it names, else to the one beside it, else to the
 * one of its name elsewhere, or the only one.
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
    if (name !== undefined) named.set(name, findNamed(name, dirname(file), recordings));
  }
  // One recording that is named but not there was renamed or converted since.
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
    const path = name === undefined || isRenamed ? own : (named.get(name) ?? join(dirname(file), name));
    if (path === undefined) continue;
    if (recordings.includes(path)) found.annotated.add(path);
    addRow(path.replaceAll("\\", "/"), annotation, found);
  }
  if (named.size > 1 && countsFromFirst) {
    found.warnings.push({
      file,
      code: "not-annotated",
      message: `${file} names ${named.size} recordings but has no column File Offset (s); its times are taken to count from the start of each recording.`,
      hint: "If they count from the start of the first, add the measurement File Offset (s) in Raven, and save the table again.",
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
      `the annotation from ${segment.start} to ${segment.end} s has no label; one was expected.`,
      "Name it, or delete it.",
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
      `${label} at ${segment.start} s is a point; a stretch with an end was expected.`,
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

const withoutExtension = (name: string): string => name.replace(/\.[^.]*$/, "");

async function readText(path: string, name: string): Promise<string> {
  const bytes = await readRegularFile(path, maximumBytes, (size) => {
    return new GolemError(
      "invalid-data",
      `${name} has ${size} bytes; annotations of at most ${maximumBytes} were expected.`,
      { hint: "Move it elsewhere if it is something else." },
    );
  });
  return decodeText(bytes, name);
}

/** The annotations of a file; "blank" if it is empty, undefined if it holds something else. */
async function readAnnotations(path: string, name: string): Promise<AnnotationFile | "blank" | undefined> {
  let text: string;
  try {
    text = await readText(path, name);
  } catch (error) {
    if (error instanceof GolemError && error.message.includes("bytes;")) throw error;
    return undefined;
  }
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
