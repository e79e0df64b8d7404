/**
 * Which recordings a file of annotations is about, by the names of files.
 *
 * Not its concern: what the file says.
 */

const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
/** The folder of a path with forward slashes, with a slash at its end; empty for a name alone. */
const getFolder = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Files beside no recording that are looked at. */
const maximumLoose = 50;

const withoutExtension = (name: string): string => name.replace(/\.[^.]*$/, "");

/** What follows the recording's name in the name of a file of annotations, the usual names of programs. */
const endings =
  /^\.(txt|tsv|csv|labels\.txt|.*(selections?|table)(\.?\w+)?\.(txt|tsv|csv)|.*results(\.\w+)?\.(txt|csv))$/i;

/** Whether a file is named as annotations of a recording are. */
function isNamedAfter(file: string, recording: string): boolean {
  const name = basename(file);
  const start = [basename(recording), withoutExtension(basename(recording))].find((own) =>
    name.startsWith(`${own}.`),
  );
  return start !== undefined && endings.test(name.slice(start.length));
}

/** For each recording, the files beside it that may be its annotations, in the order to try them. */
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

/** Texts and tables that are beside no recording of their name. */
export function listLoose(
  files: readonly string[],
  beside: ReadonlyMap<string, readonly string[]>,
): string[] {
  const taken = new Set([...beside.values()].flat());
  return files.filter((file) => /\.(txt|tsv|csv)$/i.test(file) && !taken.has(file)).slice(0, maximumLoose);
}

/** A name in the folder of `file`. */
export const placeBeside = (name: string, file: string): string => getFolder(file) + name;

/** The recording that the table `file` names: beside it, else the only one of this name. */
export function findNamed(name: string, file: string, recordings: readonly string[]): string | undefined {
  const near = placeBeside(name, file);
  if (recordings.includes(near)) return near;
  const same = recordings.filter((recording) => basename(recording) === name);
  return same.length === 1 ? same[0] : undefined;
}

/**
 * The recording that a file beside none of its name is about: the only one of its name in another folder, or the only
 * one there is, if nothing else annotates it.
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
