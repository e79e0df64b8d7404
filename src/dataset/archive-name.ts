/**
 * Recognises archives by their names, and gives the command that unpacks them.
 *
 * Not its concern: reading archives.
 */

import { quoteShellWord } from "../core/shell-word.ts";

const archives = /\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst)|7z|rar)$/i;

/** Whether a file is an archive by its name. */
export function isArchiveName(name: string): boolean {
  return archives.test(name);
}

/** Returns the command that unpacks an archive into a folder next to it, and the path of that folder. */
export function describeUnpacking(path: string): { readonly command: string; readonly folder: string } {
  const folder = path.replace(archives, "");
  const [from, to] = [quoteShellWord(path), quoteShellWord(folder)];
  if (/\.zip$/i.test(path)) return { command: `unzip ${from} -d ${to}`, folder };
  if (/\.7z$/i.test(path)) return { command: `7z x ${from} -o${to}`, folder };
  if (/\.rar$/i.test(path)) return { command: `unrar x ${from} ${to}/`, folder };
  return { command: `mkdir -p ${to} && tar -xf ${from} -C ${to}`, folder };
}
