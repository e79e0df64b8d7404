/**
 * What a folder's layout says about the recordings in it: a folder per class, or the same inside `train`, `test` and
 * `validation` (Hugging Face's AudioFolder).
 *
 * Not its concern: the file system; it gets the list of files.
 */
import type { Split } from "./dataset.ts";
import { parseSplit } from "./split-name.ts";

/** One recording as its place in the folder describes it. */
interface PlacedRecording {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly label: string;
  readonly split: Split;
}

/** A folder, understood. */
export interface FolderLayout {
  readonly recordings: readonly PlacedRecording[];
  /** Recordings that lie in no class's folder. */
  readonly loose: readonly string[];
}

/**
 * Understands a list of recordings by their folders. Folders inside a class's folder belong to the class.
 *
 * @param paths Relative to the data set, with forward slashes, in the order wanted.
 */
export function readFolderLayout(paths: readonly string[]): FolderLayout {
  const inFolders = paths.filter((path) => path.includes("/"));
  const depth = isSplitLayout(inFolders) ? 1 : 0;
  const recordings: PlacedRecording[] = [];
  const loose = paths.filter((path) => !path.includes("/"));
  for (const path of inFolders) {
    const folders = path.split("/");
    const label = (folders[depth] ?? "").normalize("NFC").trim();
    const split = depth === 1 ? (parseSplit(folders[0] ?? "") ?? "none") : "none";
    recordings.push({ path, label, split });
  }
  return { recordings, loose };
}

/** Every folder is named after a split, training or test among them, and holds folders, not recordings. */
function isSplitLayout(paths: readonly string[]): boolean {
  const splits = new Set<Split | undefined>();
  for (const path of paths) {
    const folders = path.split("/");
    if (folders.length < 3) return false;
    splits.add(parseSplit(folders[0] ?? ""));
  }
  return !splits.has(undefined) && !splits.has("none") && (splits.has("train") || splits.has("test"));
}
