/**
 * Paths for display and for copying into a shell.
 *
 * Not its concern: what the paths contain.
 */
import { relative } from "node:path";

/** The path relative to the working folder if that is shorter, else unchanged. */
export function shortenPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere !== "" && fromHere.length < path.length ? fromHere : path;
}

/** One word for the shell, quoted if it contains spaces or characters special to shells. */
export function quoteForShell(word: string, platform: string = process.platform): string {
  const plain = platform === "win32" ? /^[\p{L}\p{M}\p{N}_@+=:,./\\-]+$/u : /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u;
  if (plain.test(word)) return word;
  return platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
