/**
 * Recognises what a set of files is: a golem, a data set with a list, folders as classes, or loose
 * recordings; as `golem train` does.
 *
 * Not its concern: where the files come from.
 */
import { GolemError } from "../../core/error.ts";
import { readFolderLayout } from "../../dataset/folder-layout.ts";
import { readLabelledRows } from "../../dataset/labelled-rows.ts";
import { getExtension, isRecordingName, isSystemName } from "../../dataset/recording-name.ts";
import { parseCsv, parseJsonLines } from "../../dataset/table.ts";
import { golemFiles } from "../../golem/golem-files.ts";
import type { KeptRecording } from "./task.ts";

/** One file by its path, with forward slashes. */
export interface FoundFile {
  readonly path: string;
  read(): Promise<Uint8Array>;
}

/** A recording among files; its label is undefined where neither list nor folder gives one. */
export interface FoundRecording {
  readonly file: FoundFile;
  readonly label: string | undefined;
  readonly extension: string;
  readonly speaker?: string | undefined;
  readonly split?: KeptRecording["split"];
}

/** What a set of files is. */
export type Found =
  | { readonly kind: "golem"; readonly name: string; readonly files: Record<string, FoundFile> }
  | { readonly kind: "recordings"; readonly name: string; readonly recordings: readonly FoundRecording[] };

/**
 * Recognises files. Rejects with `invalid-data` for a list that cannot be read, `no-recordings` where there
 * are none.
 */
export async function understandFiles(all: readonly FoundFile[], name: string): Promise<Found> {
  const { files, root } = stripRoot(
    all.filter(({ path }) => !path.split("/").some((part) => isSystemName(part))),
  );
  const called = root ?? name;
  const own = new Map(files.map((file) => [file.path, file]));
  if (own.has(golemFiles.document)) {
    const names = Object.values(golemFiles).filter((file) => own.has(file));
    return {
      kind: "golem",
      name: called,
      files: Object.fromEntries(names.map((file) => [file, own.get(file)!])),
    };
  }
  const list = files.find(({ path }) => /^metadata\.(csv|jsonl)$/i.test(path));
  const recordings = list
    ? await readList(list, own)
    : readFolders(files.filter(({ path }) => isRecordingName(path.split("/").at(-1)!)));
  if (recordings.length > 0) return { kind: "recordings", name: called, recordings };
  throw new GolemError("no-recordings", `${called} holds no recordings; expected a folder per class.`, {
    hint: "Choose a folder that has a folder of recordings for each class.",
  });
}

/** Removes the common root folder from paths, unless it is a class. */
function stripRoot(files: readonly FoundFile[]): { files: readonly FoundFile[]; root?: string } {
  const roots = new Set(files.map(({ path }) => path.split("/")[0]!));
  const [root] = roots;
  const isInOne = roots.size === 1 && files.every(({ path }) => path.includes("/"));
  const isDeep = files.some(
    ({ path }) => path.split("/").length > 2 || /^[^/]+\/(golem\.json|metadata\.(csv|jsonl))$/i.test(path),
  );
  if (!root || !isInOne || !isDeep) return { files };
  return { root, files: files.map((file) => ({ ...file, path: file.path.slice(root.length + 1) })) };
}

async function readList(list: FoundFile, own: ReadonlyMap<string, FoundFile>): Promise<FoundRecording[]> {
  const text = new TextDecoder().decode(await list.read());
  const table = list.path.endsWith("csv") ? await parseCsv(text, list.path) : parseJsonLines(text, list.path);
  const { rows } = readLabelledRows(table, list.path);
  return rows.flatMap(({ path, label, speaker, split }): FoundRecording[] => {
    const file = own.get(path.replaceAll("\\", "/").replace(/^\.\//, ""));
    if (!file) return [];
    return [
      {
        ...{ file, label, speaker, extension: getExtension(path) || "wav" },
        ...(split === "none" ? {} : { split }),
      },
    ];
  });
}

function readFolders(files: readonly FoundFile[]): FoundRecording[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const { recordings, loose } = readFolderLayout(files.map(({ path }) => path));
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
