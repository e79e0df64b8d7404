/**
 * Folders of long recordings with annotations beside them: day.wav with day.txt (an Audacity label track),
 * day.Table.1.selections.txt (Raven), or day.csv (columns start, end, label).
 *
 * Not its concern: cutting the recordings (segment-recordings.ts).
 */
import { basename, dirname, join } from "node:path";
import { GolemError } from "../../core/error.ts";
import {
  type Annotation,
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
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Largest file of annotations in bytes. */
const maximumBytes = 64 << 20;
/** Share of the recordings that must have annotations for a folder to be annotated. */
const minimumShare = 0.5;

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
  const beside = findAnnotationFiles(recordings, files);
  if (beside.size === 0 || beside.size < minimumShare * recordings.length) return undefined;
  const rows: LabelledRow[] = [];
  const skipped: LabelledRows["skipped"] = [];
  const annotated = new Set<string>();
  const warnings: LabelledRows["warnings"] = [];
  for (const [recording, candidates] of beside) {
    signal?.throwIfAborted();
    let used: string | undefined;
    for (const file of candidates) {
      const annotations = await readAnnotations(join(folder, file), file);
      if (!annotations) continue;
      if (used !== undefined) {
        warnings.push(createSecondWarning(file, used, recording));
        continue;
      }
      used = file;
      annotated.add(recording);
      const all = nameRecordings(annotations, recording, recordings);
      for (const annotation of all) addRow(recording, annotation, { rows, skipped });
    }
  }
  if (annotated.size < minimumShare * recordings.length) return undefined;
  const without = recordings.filter((file) => !annotated.has(file));
  for (const file of without) {
    warnings.push({
      file,
      code: "not-annotated",
      message: `${file} has no annotations beside it and is not used.`,
      hint: `Write them to ${withoutExtension(basename(file))}.txt (an Audacity label track), or move the recording elsewhere.`,
    });
  }
  return { rows, skipped, warnings };
}

const createSecondWarning = (file: string, used: string, recording: string) => ({
  file,
  code: "not-annotated",
  message: `${file} is not used: the annotations of ${recording} are read from ${used}.`,
  hint: "Put all annotations of a recording into one file.",
});

/**
 * Annotations of one file, named in the table, that is not there are of the recording beside the table: it
 * was renamed or converted since.
 */
function nameRecordings(
  annotations: readonly Annotation[],
  recording: string,
  recordings: readonly string[],
): readonly Annotation[] {
  const [name, ...more] = new Set(annotations.flatMap(({ file }) => file ?? []));
  if (name === undefined || more.length > 0) return annotations;
  if (recordings.includes(join(dirname(recording), name).replaceAll("\\", "/"))) return annotations;
  return annotations.map(({ file: _, ...annotation }) => annotation);
}

function addRow(
  recording: string,
  { segment, label, place, file }: Annotation,
  { rows, skipped }: Pick<LabelledRows, "rows" | "skipped">,
): void {
  const path = file === undefined ? recording : join(dirname(recording), file).replaceAll("\\", "/");
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
  const split = parseFolderSplit(recording.split("/")[0]!);
  rows.push({
    ...{ path, label: label.normalize("NFC"), segment, place },
    split: recording.includes("/") && split !== undefined ? split : "none",
  });
}

const withoutExtension = (name: string): string => name.replace(/\.[^.]*$/, "");

/** For each recording, the files beside it that may be its annotations, in the order to try them. */
function findAnnotationFiles(recordings: readonly string[], files: readonly string[]): Map<string, string[]> {
  const byFolder = new Map<string, string[]>();
  for (const file of files) {
    if (!/\.(txt|tsv|csv)$/i.test(file)) continue;
    const folder = dirname(file);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  const found = new Map<string, string[]>();
  for (const recording of recordings) {
    const name = basename(recording);
    const stem = withoutExtension(name);
    const own = (byFolder.get(dirname(recording)) ?? []).filter((file) => {
      const rest = [name, stem].find((start) => basename(file).startsWith(`${start}.`));
      return (
        rest !== undefined &&
        /^\.(txt|tsv|csv|labels\.txt|.*(selections?|table)(\.?\w+)?\.txt|.*results\.(txt|csv))$/i.test(
          basename(file).slice(rest.length),
        )
      );
    });
    if (own.length > 0) found.set(recording, own);
  }
  return found;
}

/** The annotations of a file; undefined if it holds something else. */
async function readAnnotations(path: string, name: string): Promise<Annotation[] | undefined> {
  const bytes = await readRegularFile(path, maximumBytes, (size) => {
    return new GolemError(
      "invalid-data",
      `${name} has ${size} bytes; annotations of at most ${maximumBytes} were expected.`,
      { hint: "Move it elsewhere if it is something else." },
    );
  });
  let text: string;
  try {
    text = decodeText(bytes, name);
  } catch {
    return undefined;
  }
  const track = parseLabelTrack(text, name);
  if (track) return track;
  const [header = ""] = text.split(/[\r\n]/, 1);
  if (!/[\t,;]/.test(header)) return undefined;
  return readAnnotationTable(await parseAnnotationTable(text, name), name);
}
