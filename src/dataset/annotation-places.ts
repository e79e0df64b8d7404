/**
 * Matches annotation files with recordings, by the names of the files.
 *
 * Not its concern: the contents of the files.
 */

const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
/** Gets the folder of a path with forward slashes, with a slash at its end; empty for a name alone. */
const getFolder = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Maximum number of files read that are not named after a recording in the same folder. */
const maximumLoose = 50;

const withoutExtension = (name: string): string => name.replace(/\.[^.]*$/, "");

/** Suffixes that programs append to the recording's name in names of annotation files. */
const endings =
  /^\.(txt|tsv|csv|labels\.txt|.*(selections?|table)(\.?\w+)?\.(txt|tsv|csv)|.*results(\.\w+)?\.(txt|csv))$/i;

/** Whether a file has the name of a recording's annotations. */
function isNamedAfter(file: string, recording: string): boolean {
  const name = basename(file);
  const start = [basename(recording), withoutExtension(basename(recording))].find((own) =>
    name.startsWith(`${own}.`),
  );
  return start !== undefined && endings.test(name.slice(start.length));
}

/** Finds, for each recording, the files in its folder that may be its annotations, the likeliest first. */
export function findAnnotationFiles(
  recordings: readonly string[],
  files: readonly string[],
): Map<string, string[]> {
  const byFolder = new Map<string, string[]>();
  for (const file of files) {
    if (!/\.(txt|tsv|csv)$/i.test(file)) continue;
    const folder = getFolder(file);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  const found = new Map<string, string[]>();
  for (const recording of recordings) {
    const own = (byFolder.get(getFolder(recording)) ?? []).filter((file) => isNamedAfter(file, recording));
    if (own.length > 0) found.set(recording, own);
  }
  return found;
}

/** Lists texts and tables without a recording of the same name in their folder. */
export function listLoose(
  files: readonly string[],
  beside: ReadonlyMap<string, readonly string[]>,
): string[] {
  const taken = new Set([...beside.values()].flat());
  return files.filter((file) => /\.(txt|tsv|csv)$/i.test(file) && !taken.has(file)).slice(0, maximumLoose);
}

/** Gets the path of a name in the folder of `file`. */
export const placeBeside = (name: string, file: string): string => getFolder(file) + name;

/** Finds a recording that the table `file` names: in its folder, else the only one with this name. */
export function findNamed(name: string, file: string, recordings: readonly string[]): string | undefined {
  const near = placeBeside(name, file);
  if (recordings.includes(near)) return near;
  const same = recordings.filter((recording) => basename(recording) === name);
  return same.length === 1 ? same[0] : undefined;
}

/**
 * Finds the recording of an annotation file if it is in another folder: the only one of its name, or the only
 * recording of all if no other file annotates it.
 */
export function findElsewhere(
  file: string,
  recordings: readonly string[],
  annotated: ReadonlySet<string>,
): string | undefined {
  const named = recordings.filter((recording) => isNamedAfter(file, recording));
  const [own] = named.length > 0 ? named : recordings;
  const isOnly = named.length === 1 || (named.length === 0 && recordings.length === 1);
  return isOnly && !annotated.has(own!) ? own : undefined;
}
