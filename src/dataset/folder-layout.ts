/**
 * Reads labels and splits from the layout of a folder: a folder per class, optionally inside `train`, `test`
 * and `validation` (Hugging Face's AudioFolder).
 *
 * Not its concern: the file system; its input is a list of files.
 */
import type { Split } from "./dataset.ts";
import { parseSplit } from "./split-name.ts";

/** A recording with the label and split of its folder. */
interface PlacedRecording {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly label: string;
  readonly split: Split;
}

/** The recordings of a folder. */
interface FolderLayout {
  readonly recordings: readonly PlacedRecording[];
  /** Recordings outside the folders of classes. */
  readonly loose: readonly string[];
}

/**
 * Reads the labels of recordings from their folders. Folders inside a class's folder belong to the class.
 *
 * @param paths Relative to the data set, with forward slashes, in the order to keep.
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

/**
 * Whether every folder is named after a split, training or test among them, and contains folders, not
 * recordings.
 */
function isSplitLayout(paths: readonly string[]): boolean {
  const splits = new Set<Split | undefined>();
  for (const path of paths) {
    const folders = path.split("/");
    if (folders.length < 3) return false;
    splits.add(parseSplit(folders[0] ?? ""));
  }
  return !splits.has(undefined) && !splits.has("none") && (splits.has("train") || splits.has("test"));
}
