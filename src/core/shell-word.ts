/**
 * Quotes words for a POSIX shell, for commands in messages and reports.
 *
 * Not its concern: the commands; other shells (cli/printed-path.ts).
 */

/** Puts a word into single quotes if it contains anything special to shells. */
export function quoteShellWord(word: string): string {
  return /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
