/**
 * Words of a POSIX shell's command line, for commands that messages and reports show.
 *
 * Not its concern: which command; other shells (cli/printed-path.ts).
 */

/** One word, in single quotes if it contains anything special to shells. */
export function quoteShellWord(word: string): string {
  return /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
