/** Paths for display and for copying into a shell. */
import { relative } from "node:path";
import { quoteShellWord } from "../core/shell-word.ts";

/** Returns the path relative to the working folder if that is shorter, else unchanged. */
export function shortenPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere !== "" && fromHere.length < path.length ? fromHere : path;
}

/** Returns one word for the shell, quoted if it contains spaces or special characters. */
export function quoteForShell(word: string, platform: string = process.platform): string {
  if (platform !== "win32") return quoteShellWord(word);
  return /^[\p{L}\p{M}\p{N}_@+=:,./\\-]+$/u.test(word) ? word : `"${word}"`;
}
