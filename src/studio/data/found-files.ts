/**
 * Recognises what a set of files is: a project or a golem, a data set with a list, folders as classes, or
 * loose recordings; as `golem train` does.
 *
 * Not its concern: where the files come from.
 */
import { GolemError } from "../../core/error.ts";
import { readAnnotatedFiles } from "../../dataset/annotated-files.ts";
import { isArchiveName } from "../../dataset/archive-name.ts";
import { readFolderLayout } from "../../dataset/folder-layout.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import { findListColumns, type LabelledRow, readLabelledRows } from "../../dataset/labelled-rows.ts";
import { createFileMatcher } from "../../dataset/listed-files.ts";
import { findNameSources } from "../../dataset/name-sources.ts";
import { getExtension, isRecordingName, isSystemName } from "../../dataset/recording-name.ts";
import { cutGaps, nameSegment, type Segment, separateOverlaps } from "../../dataset/segment.ts";
import { parseFolderSplit } from "../../dataset/split-name.ts";
import { parseCsv, parseJsonLines, type Table } from "../../dataset/table.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { golemFiles } from "../../golem/golem-files.ts";
import type { KeptRecording } from "./task.ts";

/** The document of a project (project.ts). */
const projectFile = "project.json";

/** One file by its path, with forward slashes. */
export interface FoundFile {
  readonly path: string;
  /** Where it is a file on the disk, to read parts of it. */
  readonly blob?: Blob | undefined;
  read(): Promise<Uint8Array>;
}

/** A recording among files; its label is undefined where neither list nor folder gives one. */
export interface FoundRecording {
  readonly file: FoundFile;
  readonly label: string | undefined;
  readonly extension: string;
  readonly speaker?: string | undefined;
  readonly origin?: KeptRecording["origin"];
  /** The longer recording that it was cut from, if its name shows that. */
  readonly source?: string | undefined;
  readonly split?: KeptRecording["split"];
  /** The annotated stretch of the file, if the recording is one. */
  readonly segment?: Segment | undefined;
}

/** Recordings among files, and how many annotations are not used. */
interface FoundRecordings {
  readonly recordings: readonly FoundRecording[];
  readonly leftOut: number;
}

/** What a set of files is. */
export type Found =
  | { readonly kind: "golem"; readonly name: string; readonly files: Record<string, FoundFile> }
  | { readonly kind: "project"; readonly name: string; readonly files: ReadonlyMap<string, FoundFile> }
  | ({ readonly kind: "recordings"; readonly name: string } & FoundRecordings);

/** Recognises files. Rejects with `invalid-data` for an unreadable list, and `no-recordings`. */
export async function understandFiles(all: readonly FoundFile[], name: string): Promise<Found> {
  const { files, root } = stripRoot(
    all.filter(({ path }) => !path.split("/").some((part) => isSystemName(part))),
  );
  const called = root ?? name;
  const own = new Map(files.map((file) => [file.path, file]));
  if (own.has(projectFile)) return { kind: "project", name: called, files: own };
  if (own.has(golemFiles.document)) {
    const names = Object.values(golemFiles).filter((file) => own.has(file));
    return {
      kind: "golem",
      name: called,
      files: Object.fromEntries(names.map((file) => [file, own.get(file)!])),
    };
  }
  const sounds = files.filter(({ path }) => isRecordingName(path.split("/").at(-1)!));
  const { recordings, leftOut } = (await readLists(files)) ?? {
    recordings: readFolders(sounds),
    leftOut: 0,
  };
  for (const { label, file } of recordings) checkLabel(label ?? "", file.path);
  if (recordings.length > 0) {
    return { kind: "recordings", name: called, recordings: addSources(recordings), leftOut };
  }
  const archive = files.find(({ path }) => isArchiveName(path));
  if (archive) {
    throw new GolemError("no-recordings", `${archive.path} is an archive that cannot be read here.`, {
      hint: "Unpack it, and choose the folder; a single zip file can be read as it is.",
    });
  }
  throw new GolemError("no-recordings", `${called} holds no recordings; expected a folder per class.`, {
    hint: "Choose a folder that has a folder of recordings for each class.",
  });
}

/** Adds the sources that file names show, which the studio renames, if no speaker is named. */
function addSources(recordings: readonly FoundRecording[]): FoundRecording[] {
  if (recordings.some(({ speaker, segment }) => speaker !== undefined || segment)) return [...recordings];
  const sources = findNameSources(
    recordings.map(({ file, label }) => ({ file: file.path, label: label ?? "" })),
  );
  return recordings.map((recording, i) => ({ ...recording, source: sources[i] }));
}

/** Removes the common root folder from paths, unless it is a class. */
function stripRoot(files: readonly FoundFile[]): { files: readonly FoundFile[]; root?: string } {
  const roots = new Set(files.map(({ path }) => path.split("/")[0]!));
  const [root] = roots;
  const isInOne = roots.size === 1 && files.every(({ path }) => path.includes("/"));
  const isDeep = files.some(
    ({ path }) =>
      path.split("/").length > 2 || /^[^/]+\/((golem|project)\.json|metadata\.(csv|jsonl))$/i.test(path),
  );
  if (!root || !isInOne || !isDeep) return { files };
  return { root, files: files.map((file) => ({ ...file, path: file.path.slice(root.length + 1) })) };
}

/**
 * Recordings by the lists called metadata.csv or metadata.jsonl (one, or one per split), else by annotations
 * beside them, else by the only other list that names at least half of its rows' files where the folders give
 * no classes; undefined where there is none.
 */
async function readLists(files: readonly FoundFile[]): Promise<FoundRecordings | undefined> {
  const metadata = files.filter(({ path }) => /^([^/]+\/)?metadata\.(csv|tsv|jsonl)$/i.test(path));
  const own = metadata.filter(({ path }) => !path.includes("/"));
  const ofSplits = metadata.filter(({ path }) => parseFolderSplit(path.split("/")[0]!) !== undefined);
  const named = own.length > 0 ? own.slice(0, 1) : ofSplits;
  if (named.length > 0) {
    const all = await Promise.all(named.map((list) => readList(list, files)));
    return {
      recordings: all.flatMap(({ recordings }) => recordings),
      leftOut: all.reduce((sum, { leftOut }) => sum + leftOut, 0),
    };
  }
  const annotated = await readAnnotated(files);
  if (annotated) return annotated;
  const paths = files.map(({ path }) => path).filter((path) => isRecordingName(path.split("/").at(-1)!));
  const layout = readFolderLayout(paths);
  if (!layout.problem && new Set(layout.recordings.map(({ label }) => label)).size > 1) return undefined;
  const found: FoundRecordings[] = [];
  for (const list of files.filter(({ path }) => /^([^/]+\/)?[^/]+\.(csv|tsv|jsonl)$/i.test(path))) {
    const table = await readTable(list).catch(() => undefined);
    if (!table || findListColumns(table)?.label === undefined) continue;
    const own = await readList(list, files);
    if (own.recordings.length + own.leftOut >= table.rows.length / 2) found.push(own);
  }
  return found.length === 1 ? found[0] : undefined;
}

async function readTable(list: FoundFile): Promise<Table> {
  const text = decodeText(await list.read(), list.path);
  return /\.(csv|tsv)$/i.test(list.path) ? parseCsv(text, list.path) : parseJsonLines(text, list.path);
}

async function readList(list: FoundFile, files: readonly FoundFile[]): Promise<FoundRecordings> {
  const folder = list.path.split("/").slice(0, -1).join("/");
  const { rows } = readLabelledRows(await readTable(list), list.path);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const match = createFileMatcher([...byPath.keys()], folder);
  const folderSplit = folder === "" ? undefined : parseFolderSplit(folder);
  if (rows.some(({ segment }) => segment)) {
    const there = rows.flatMap((row) => {
      const path = match(row.path);
      return path === undefined ? [] : [{ ...row, path }];
    });
    return selectSegments(there, byPath);
  }
  const recordings = rows.flatMap(
    ({ path, label, speaker, isSynthetic, split: listed }): FoundRecording[] => {
      const file = byPath.get(match(path) ?? "");
      if (!file) return [];
      const split = listed === "none" ? (folderSplit ?? "none") : listed;
      return [
        {
          ...{ file, label, speaker, extension: getExtension(file.path) || "wav" },
          ...(isSynthetic ? { origin: "synthetic" as const } : {}),
          ...(split === "none" ? {} : { split }),
        },
      ];
    },
  );
  return { recordings, leftOut: 0 };
}

/** Largest file that is read as annotations, in bytes. */
const maximumAnnotationBytes = 64 << 20;

/** The annotated stretches of long recordings; undefined if there are no annotations beside them. */
async function readAnnotated(files: readonly FoundFile[]): Promise<FoundRecordings | undefined> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = await readAnnotatedFiles([...byPath.keys()], async (path) => {
    const file = byPath.get(path)!;
    if ((file.blob?.size ?? 0) > maximumAnnotationBytes) return undefined;
    const bytes = await file.read();
    try {
      return decodeText(bytes, path);
    } catch {
      return undefined;
    }
  });
  if (!found) return undefined;
  const selected = selectSegments(found.rows, byPath);
  return { ...selected, leftOut: selected.leftOut + found.skipped.length };
}

/** The stretches that are used, and gaps between them as background, as in `golem train`. */
function selectSegments(
  rows: readonly LabelledRow[],
  byPath: ReadonlyMap<string, FoundFile>,
): FoundRecordings {
  const annotated = rows.flatMap(({ path, segment, ...own }) =>
    segment && byPath.has(path) ? [{ ...own, file: path, segment }] : [],
  );
  const { kept, skipped } = separateOverlaps(annotated);
  const recordings = [...kept, ...cutGaps(annotated)].map(
    ({ file: path, label, segment, speaker, split }): FoundRecording => ({
      ...{ file: byPath.get(path)!, label, segment, extension: "wav", source: path },
      ...(speaker === undefined ? {} : { speaker }),
      ...(split === "none" ? {} : { split }),
    }),
  );
  return { recordings, leftOut: skipped.length + rows.length - annotated.length };
}

/** The name that a recording has where it comes from, without its folder. */
export function nameOriginal({ file, segment }: Pick<FoundRecording, "file" | "segment">): string {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  return segment ? nameSegment(name, segment) : name;
}

function readFolders(files: readonly FoundFile[]): FoundRecording[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const { recordings, loose, problem } = readFolderLayout(files.map(({ path }) => path));
  if (problem) throw new GolemError("invalid-data", problem.message, { hint: problem.hint });
  return [
    ...recordings.map(({ path, label, split }) => ({
      ...{ file: byPath.get(path)!, label, extension: getExtension(path) || "wav" },
      ...(split === "none" ? {} : { split }),
    })),
    ...loose.map((path) => ({
      ...{ file: byPath.get(path)!, label: undefined, extension: getExtension(path) || "wav" },
    })),
  ];
}
