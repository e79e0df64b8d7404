/**
 * Finds the recordings of a list's rows on disk: the file of each row, missing files, repeated rows.
 *
 * Not its concern: the syntax of lists, the contents of recordings.
 */
import { statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type ErrorRecord, GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Dataset, Recording } from "../../dataset/dataset.ts";
import { createConflictError } from "../../dataset/duplicates.ts";
import type { LabelledRow, LabelledRows, LabelNeed } from "../../dataset/labelled-rows.ts";
import {
  type AnnotationOptions,
  cutGaps,
  getSegmentFile,
  groupSegments,
  type LabelledSegment,
  nameSegment,
  separateOverlaps,
  widen,
} from "../../dataset/segment.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createSegmentRecordings } from "./segment-recordings.ts";

/** Options of `loadDataset`. */
export interface LoadDatasetOptions extends WorkOptions {
  /** "optional" gives recordings without labels the label "": a pool for `suggest`. Default "required". */
  readonly labels?: LabelNeed;
  /** Maximum number of recordings listed from a remote data set. Local ones are listed completely. */
  readonly limit?: number | undefined;
  /** Maximum number of a run's recordings for training, and for testing: a sample. Default: all. */
  readonly maximumListed?: number | undefined;
  /** Options of converting annotations of long recordings to recordings. */
  readonly annotations?: AnnotationOptions | undefined;
  /** Cache of remote data sets; see `getCacheFolder`. */
  readonly cache?: CacheFolder | undefined;
}

/** Number of files looked up between two checks of the abort signal. */
const lookups = 500;

/** Creates a recording from its place in a data set; nothing is read until `open`. */
export function createRecording(root: string, fields: Omit<Recording, "open">): Recording {
  const path = resolve(root, fields.file);
  return { ...fields, open: () => openFileSource(path) };
}

/**
 * Finds the recordings of rows. Missing ones are skipped, unless all are missing; a row that repeats another
 * is dropped with a warning (of two rows in different splits the training row is kept).
 *
 * @param root Folder of relative paths.
 * @param options `confined`: rows may not name files outside the folder (for untrusted lists).
 * @throws GolemError `data-not-found` if no file exists, `conflicting-labels`, `invalid-data`, `aborted`.
 */
export async function locateRecordings(
  name: string,
  root: string,
  found: LabelledRows,
  options: LoadDatasetOptions & { readonly confined: boolean },
): Promise<Dataset> {
  const paths: (string | undefined)[] = [];
  for (let start = 0; start < found.rows.length; start += lookups) {
    throwIfAborted(options.signal);
    const rows = found.rows.slice(start, start + lookups);
    for (const row of rows) paths.push(findFile(root, row, options.confined));
    options.onProgress?.({ stage: "finding recordings", completed: paths.length, total: found.rows.length });
    if (paths.length < found.rows.length) await yieldToOthers();
  }
  const missing = found.rows.filter((_, i) => paths[i] === undefined);
  if (missing.length === found.rows.length) throw createMissingError(name, root, missing);
  const skipped = [...found.skipped];
  for (const { path, place } of missing) {
    const message = `${place}: there is no file ${path}.`;
    skipped.push({
      file: path,
      code: "data-not-found",
      message,
      hint: "Restore the file, or delete the row.",
    });
  }
  const kept = new Map<string, LabelledRow>();
  const warnings: (ErrorRecord & { file?: string })[] = [...found.warnings];
  const labels = new Map<string, Set<string>>();
  for (const [i, row] of found.rows.entries()) {
    const path = paths[i];
    if (path === undefined) continue;
    const file = row.segment ? nameSegment(toFile(root, path), row.segment) : toFile(root, path);
    // A stretch may contain several sounds; overlaps are handled below.
    const key = row.segment ? `${file}\n${row.label}` : file;
    const first = kept.get(key);
    if (!first) {
      kept.set(key, row);
      continue;
    }
    if (first.label !== row.label) {
      labels.set(file, (labels.get(file) ?? new Set([first.label])).add(row.label));
      continue;
    }
    if (row.split === "train" && first.split !== "train") kept.set(key, row);
    const also =
      first.split === row.split
        ? ""
        : ` as ${row.split}, there as ${first.split}; the row for training is used`;
    const message = `${row.place}: ${row.path} is listed again (first in ${first.place})${also}. It is used once.`;
    warnings.push({ file, code: "duplicate-recording", message, hint: "Delete one of the rows." });
  }
  if (labels.size > 0) {
    const conflicts = [...labels].map(([file, all]) => ({
      files: [...all].map((label) => ({ file, label })),
    }));
    throw createConflictError(conflicts);
  }
  const recordings: Recording[] = [];
  const segments: LabelledSegment[] = [];
  for (const [key, { segment, label, speaker, isSynthetic, split }] of kept) {
    const file = segment ? key.slice(0, key.lastIndexOf("\n")) : key;
    const fields = {
      ...{ label, split },
      ...(speaker === undefined ? {} : { speaker }),
      ...(isSynthetic ? { isSynthetic } : {}),
    };
    if (segment) segments.push({ file: getSegmentFile(file), segment, ...fields });
    else recordings.push(createRecording(root, { file, ...fields }));
  }
  if (segments.length > 0) {
    const cut = selectSegments(segments, options.annotations);
    skipped.push(...cut.skipped);
    const cache = options.cache ?? getCacheFolder();
    for (const [file, own] of groupSegments(cut.kept)) {
      recordings.push(...createSegmentRecordings(resolve(root, file), own, cache));
    }
  }
  const empty = found.empty?.map((path) => resolve(root, path)) ?? [];
  return { name, recordings, ...(empty.length > 0 ? { empty } : {}), warnings, skipped };
}

/** Selects annotations, adds their context, and adds recordings from the gaps between all. */
function selectSegments(
  annotated: readonly LabelledSegment[],
  { margin = 0, background = "auto", overlaps = "skip" }: AnnotationOptions = {},
): ReturnType<typeof separateOverlaps> {
  const { kept, skipped } =
    overlaps === "use" ? { kept: [...annotated], skipped: [] } : separateOverlaps(annotated);
  const widened = kept.map((own) => ({ ...own, segment: widen(own.segment, margin) }));
  return { kept: background === "none" ? widened : [...widened, ...cutGaps(annotated)], skipped };
}

/** Yields other spellings of a name, the most likely first. */
function* respell(path: string): Generator<string> {
  yield path;
  const trimmed = path.trim();
  for (const text of [trimmed, trimmed.replaceAll("\\", "/")]) {
    yield text;
    yield text.normalize("NFC");
    yield text.normalize("NFD");
  }
}

/**
 * Finds the absolute path of a row's file: as written, if it exists; else without surrounding spaces, in
 * Unicode's other normal form (archives made on a Mac), with backslashes as slashes (lists made on Windows).
 */
function findFile(root: string, row: LabelledRow, confined: boolean): string | undefined {
  for (const spelling of respell(row.path)) {
    if (spelling.includes("\0")) continue;
    const path = resolve(root, spelling);
    const file = toFile(root, path);
    if (confined && (file.startsWith("../") || isAbsolute(file))) {
      throw new GolemError(
        "invalid-data",
        `${row.place}: ${row.path} is outside the data set's folder; expected a file inside it.`,
        {
          hint: "Move the file into the folder, or list the recordings in a .csv manifest and name that instead.",
        },
      );
    }
    if (isFile(path)) return path;
  }
  return undefined;
}

/** Synchronous, since a lookup takes 5 microseconds, and twenty times that in the thread pool. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

/**
 * Converts a path to one relative to the data set with forward slashes; absolute only if there is no relative
 * one (another drive).
 */
function toFile(root: string, path: string): string {
  const file = relative(root, path);
  return sep === "/" ? file : file.replaceAll(sep, "/");
}

function createMissingError(name: string, root: string, rows: readonly LabelledRow[]): GolemError {
  const shown = rows.slice(0, 5).map(({ path }) => path);
  const more = rows.length > 5 ? ` and ${rows.length - 5} more` : "";
  return new GolemError(
    "data-not-found",
    `None of the ${rows.length} recordings listed in ${name} exists (${shown.join(", ")}${more}).`,
    { hint: `Relative paths start at ${root}: move the list or the recordings, or use absolute paths.` },
  );
}
