/**
 * Finds the files of a list's rows among the files of a folder.
 *
 * Not its concern: the file system; its input is a list of files.
 */
import { isRecordingName } from "./recording-name.ts";

/**
 * Converts the path of a row to the path of a file, relative to the folder; undefined if there is no such
 * file, or several.
 */
type FileMatcher = (path: string) => string | undefined;

/**
 * Creates the matcher for a list. A path may be relative to the list's folder or to the data set's; otherwise
 * a file is matched by name, with or without its extension, if the name is unique.
 *
 * @param files Relative to the data set's folder, with forward slashes.
 * @param listFolder Folder of the list, "" or "meta".
 */
export function createFileMatcher(files: readonly string[], listFolder: string): FileMatcher {
  const recordings = files.filter((file) => isRecordingName(getName(file)));
  const all = new Map(recordings.map((file) => [normalise(file), file]));
  const byName = new Map<string, string | undefined>();
  for (const file of recordings) {
    const name = normalise(getName(file));
    for (const key of new Set([name, name.replace(/\.[a-z0-9]{1,5}$/i, "")])) {
      byName.set(key, byName.has(key) ? undefined : file);
    }
  }
  return (written) => {
    const path = normalise(
      written
        .trim()
        .replaceAll("\\", "/")
        .replace(/^(\.\/)+/, ""),
    );
    const own = listFolder === "" ? path : `${normalise(listFolder)}/${path}`;
    return all.get(own) ?? all.get(path) ?? byName.get(getName(path));
  };
}

/** Counts the rows whose file exists, and the recordings that have a row. */
export function measureMatch(paths: readonly string[], match: FileMatcher): { rows: number; files: number } {
  const found = paths.map(match).filter((file) => file !== undefined);
  return { rows: found.length, files: new Set(found).size };
}

const normalise = (path: string): string => path.normalize("NFC");
const getName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
