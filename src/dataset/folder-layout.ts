/**
 * Reads labels and splits from the layout of a folder: a folder per class; splits (`train`, `test`, ...)
 * above or inside the folders of classes; optionally all in one outer folder (as in Hugging Face's
 * AudioFolder).
 *
 * Not its concern: the file system; its input is a list of files.
 */
import type { Split } from "./dataset.ts";
import { parseFolderSplit, parseFolderSplits } from "./split-name.ts";

/** A recording with the label and split of its folders. */
interface PlacedRecording {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly label: string;
  readonly split: Split;
}

/** The recordings of a folder. */
export interface FolderLayout {
  readonly recordings: readonly PlacedRecording[];
  /** Recordings outside the folders of classes. */
  readonly loose: readonly string[];
  /** The outer folders, "a/b", that contain all folders of classes; empty if there are none. */
  readonly root: string;
  /** Why the folders cannot be classes, and what to do; `recordings` is then empty. */
  readonly problem?: { readonly message: string; readonly hint: string };
}

/** The supported folder layouts, for hints. */
const knownLayouts =
  "Supported layouts: CLASS/1.wav; train/CLASS/1.wav with test/CLASS/1.wav (also validation); CLASS/train/1.wav with CLASS/test/1.wav; " +
  "or a metadata.csv with the columns file_name, label and optionally split.";

/** A path in parts: the folders between the outer ones and the file. */
interface Place {
  readonly path: string;
  readonly folders: readonly string[];
}

/**
 * Reads the labels of recordings from their folders. Folders inside a class's folder belong to the class.
 *
 * @param paths Relative to the data set, with forward slashes, in the order to keep.
 */
export function readFolderLayout(paths: readonly string[]): FolderLayout {
  const places = paths.map((path): Place => ({ path, folders: path.split("/").slice(0, -1) }));
  const root = findOuterFolders(places);
  const inner = places.map(({ path, folders }): Place => ({ path, folders: folders.slice(root.length) }));
  const loose = inner.filter(({ folders }) => folders.length === 0).map(({ path }) => path);
  const inFolders = inner.filter(({ folders }) => folders.length > 0);
  return { ...readClasses(inFolders, loose), root: root.join("/") };
}

/** Finds folders that contain all recordings, none directly, unless one is a split or a class. */
function findOuterFolders(places: readonly Place[]): string[] {
  const outer: string[] = [];
  for (;;) {
    const names = new Set(places.map(({ folders }) => folders[outer.length]));
    const [name] = names;
    if (names.size !== 1 || name === undefined || parseFolderSplit(name) !== undefined) return outer;
    const next = new Set(places.map(({ folders }) => folders[outer.length + 1]));
    if (next.has(undefined)) return outer;
    outer.push(name);
  }
}

function readClasses(places: readonly Place[], loose: readonly string[]): Omit<FolderLayout, "root"> {
  const groups = groupByFirst(places);
  const splits = parseFolderSplits([...groups.keys()]);
  const named = [...groups.keys()].filter((name) => splits.get(name) !== undefined);
  const others = [...groups.keys()].filter((name) => splits.get(name) === undefined);
  if (!areSplits(named, others, splits, groups)) return readClassFolders(places, loose, groups);
  const isFlat = (name: string): boolean => groups.get(name)!.every(({ folders }) => folders.length === 1);
  if (others.length > 0) {
    return createProblem(
      `${named.length === 1 ? `The folder ${named[0]} is named like a split` : `The folders ${listFew(named)} are named like splits`}, ` +
        `and ${listFew(others)} next to ${named.length === 1 ? "it" : "them"} ${others.length === 1 ? "is" : "are"} not: ` +
        "it is unclear which of them are classes.",
      `If ${listFew(others)} ${others.length === 1 ? "is a class, put its recordings" : "are classes, put their recordings"} into ` +
        `${named.map((name) => `${name}/${others[0]}`).join(" and ")}; if not, move ${others.length === 1 ? "it" : "them"} out of the folder. ` +
        `If ${listFew(named)} ${named.length === 1 ? "is a class, rename it" : "are classes, rename them"}. ${knownLayouts}`,
    );
  }
  const flat = named.filter(isFlat);
  if (flat.length > 0) {
    return createProblem(
      `${flat.length === named.length ? "The folders" : "Of the splits,"} ${listFew(flat)} ${flat.length === named.length ? "are named like splits and " : ""}` +
        `contain${flat.length === 1 ? "s" : ""} recordings but no folders of classes, so the recordings have no labels.`,
      `Make a folder per class in each split. ${knownLayouts}`,
    );
  }
  const inClasses = places.filter(({ folders }) => folders.length > 1);
  const depth = findClassDepth(inClasses);
  return {
    recordings: inClasses.map(({ path, folders }) => ({
      path,
      label: toLabel(folders[Math.min(depth, folders.length - 1)]!),
      split: splits.get(folders[0]!)!,
    })),
    loose: [...loose, ...places.filter(({ folders }) => folders.length < 2).map(({ path }) => path)],
  };
}

/** Whether folders are splits: two kinds (or numbered folds), or one with folders of classes. */
function areSplits(
  named: readonly string[],
  others: readonly string[],
  splits: ReadonlyMap<string, Split | undefined>,
  groups: ReadonlyMap<string, readonly Place[]>,
): boolean {
  if (named.length === 0) return false;
  const kinds = new Set(named.map((name) => splits.get(name)));
  if (kinds.size > 1) return true;
  if (kinds.has("none")) return named.length > 1 && others.length === 0;
  return named.every((name) => {
    const inner = groups.get(name)!.map(({ folders }) => folders[1]);
    const classes = new Set(inner.filter((folder) => folder !== undefined));
    return !inner.includes(undefined) && (others.length === 0 || classes.size > 1);
  });
}

/** Reads classes from the first folder, with splits inside them if every class has only folders of splits. */
function readClassFolders(
  places: readonly Place[],
  loose: readonly string[],
  groups: ReadonlyMap<string, readonly Place[]>,
): Omit<FolderLayout, "root"> {
  const inner = new Set(places.map(({ folders }) => folders[1]));
  const kinds = new Set([...inner].map((name) => (name === undefined ? undefined : parseFolderSplit(name))));
  if (places.length > 0 && !kinds.has(undefined) && kinds.size > 1) {
    const recordings = places.map(({ path, folders }) => ({
      path,
      label: toLabel(folders[0]!),
      split: parseFolderSplit(folders[1]!)!,
    }));
    return { recordings, loose };
  }
  const [only] = groups.keys();
  const split = groups.size === 1 ? parseFolderSplit(only!) : undefined;
  if (split !== undefined) {
    return createProblem(
      `The only folder, ${only}, is named like a split and contains no folders of classes, so the recordings have no labels.`,
      `Make a folder per class in it. ${knownLayouts}`,
    );
  }
  const recordings = places.map(({ path, folders }) => ({
    path,
    label: toLabel(folders[0]!),
    split: "none" as const,
  }));
  return { recordings, loose };
}

/**
 * Finds the level of the class folders inside splits: the second, unless every split has only one folder
 * there, which contains others (train/wavs/CLASS).
 */
function findClassDepth(places: readonly Place[]): number {
  const splits = groupByFirst(places);
  for (let depth = 1; ; depth++) {
    const isShell = [...splits.values()].every(
      (own) => new Set(own.map(({ folders }) => folders[depth])).size === 1,
    );
    const hasInner = places.every(({ folders }) => folders.length > depth + 1);
    if (!isShell || !hasInner) return depth;
  }
}

function groupByFirst(places: readonly Place[]): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const [name] = place.folders;
    const group = groups.get(name!);
    if (group) group.push(place);
    else groups.set(name!, [place]);
  }
  return groups;
}

const createProblem = (message: string, hint: string): Omit<FolderLayout, "root"> => ({
  recordings: [],
  loose: [],
  problem: { message, hint },
});

const toLabel = (folder: string): string => folder.normalize("NFC").trim();

const listFew = (names: readonly string[]): string =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
