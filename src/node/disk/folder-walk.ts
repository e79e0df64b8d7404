/**
 * Lists all files of a folder and its subfolders, in an order that depends only on their names.
 *
 * Links to folders are followed, except to a folder that contains the link, so loops of links end.
 */
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { isSystemName } from "../../dataset/recording-name.ts";
import { describeReadError } from "./file-hash.ts";

/** Maximum number of files and folders; more are probably a mistake, such as a whole disk. */
const maximumFiles = 1_000_000;

/** Result of a walk; paths are relative, with forward slashes, sorted by code units in NFC. */
export interface WalkedFolder {
  readonly files: readonly string[];
  /** Names of its direct subfolders, including empty ones. */
  readonly folders: readonly string[];
  /** Broken links. */
  readonly broken: readonly string[];
  /**
   * Files and folders whose names are not UTF-8 and cannot be opened: the name with U+FFFD in place of
   * invalid bytes, and its bytes in hexadecimal digits.
   */
  readonly undecodable: readonly { readonly name: string; readonly bytes: string }[];
}

/** Walks a folder; hidden files and system files are left out. */
export async function walkFolder(root: string, options: WorkOptions = {}): Promise<WalkedFolder> {
  const files: string[] = [];
  const folders: string[] = [];
  const broken: string[] = [];
  const undecodable: { name: string; bytes: string }[] = [];
  let reported = 0;
  let entered = 0;
  const start = await realpath(root).catch((error: unknown) => {
    throw describeReadError(error, root);
  });
  const visit = async (folder: string, ancestors: readonly string[]): Promise<void> => {
    throwIfAborted(options.signal);
    const path = join(root, folder);
    let identity: string;
    let entries: Awaited<ReturnType<typeof readEntries>>;
    try {
      identity = await realpath(path);
      if (
        ancestors.includes(identity) ||
        `${start}${sep}`.startsWith(`${identity}${sep}`) !== (folder === "")
      )
        return;
      entries = await readEntries(path);
    } catch (error) {
      throw describeReadError(error, path);
    }
    for (const { name, kind, bytes } of entries) {
      const inner = folder === "" ? name : `${folder}/${name}`;
      if (bytes !== undefined) {
        undecodable.push({ name: inner, bytes });
        continue;
      }
      if (kind === "folder") {
        if (folder === "") folders.push(name);
        await visit(inner, [...ancestors, identity]);
      } else if (kind === "broken") broken.push(inner);
      else files.push(inner);
    }
    if (files.length + entered++ > maximumFiles) {
      throw new GolemError(
        "invalid-data",
        `${root} contains more than ${maximumFiles} files and folders, the maximum.`,
        { hint: "Name the folder of the recordings, or list them in a .csv manifest." },
      );
    }
    if (files.length >= reported + 1000) {
      reported = files.length;
      options.onProgress?.({ stage: "looking for recordings", completed: files.length });
    }
  };
  await visit("", []);
  return { files, folders, broken, undecodable };
}

interface FolderEntry {
  readonly name: string;
  readonly sortKey: string;
  readonly kind: "file" | "folder" | "broken";
  /** The bytes of a name that is not UTF-8. */
  readonly bytes?: string;
}

async function readEntries(path: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  const found = await readdir(path, { withFileTypes: true });
  // Node replaces invalid UTF-8 in names; no file has the resulting name.
  const suspect = found.some(({ name }) => name.includes("\ufffd"));
  for (const name of suspect ? await readdir(path, { encoding: "buffer" }) : []) {
    const text = name.toString("utf8");
    if (Buffer.from(text, "utf8").equals(name)) continue;
    const bytes = name.toString("hex").replaceAll(/(..)(?!$)/g, "$1 ");
    entries.push({ name: text, sortKey: text.normalize("NFC"), kind: "file", bytes });
  }
  const undecodable = new Set(entries.map(({ name }) => name));
  for (const entry of found) {
    if (isSystemName(entry.name) || undecodable.has(entry.name)) continue;
    let target: { isFile(): boolean; isDirectory(): boolean } = entry;
    const sortKey = entry.name.normalize("NFC");
    if (entry.isSymbolicLink()) {
      try {
        target = await stat(join(path, entry.name));
      } catch {
        entries.push({ name: entry.name, sortKey, kind: "broken" });
        continue;
      }
    }
    if (target.isDirectory()) entries.push({ name: entry.name, sortKey, kind: "folder" });
    else if (target.isFile()) entries.push({ name: entry.name, sortKey, kind: "file" });
  }
  return entries.sort((a, b) => (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : 0));
}
