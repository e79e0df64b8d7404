/**
 * Paths as people read and type them.
 *
 * Not its concern: what lies there, who prints.
 */
import { relative } from "node:path";

/** The path from the working folder where that is shorter, else as it was given. */
export function shortenPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere !== "" && fromHere.length < path.length ? fromHere : path;
}

/** One word for the shell: quoted where it has spaces or signs that shells understand, as it is otherwise. */
export function quoteForShell(word: string, platform: string = process.platform): string {
  const plain = platform === "win32" ? /^[\p{L}\p{M}\p{N}_@+=:,./\\-]+$/u : /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u;
  if (plain.test(word)) return word;
  return platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
