/**
 * Converts names chosen by users to names of files and folders.
 *
 * Not its concern: the file system. Two names may become the same; the code that writes the files numbers
 * them.
 */

/** Characters kept; some file systems allow 255 bytes. */
const maximumCharacters = 60;

/** Converts a text to a name that every file system accepts, never a path; "class" if none is left. */
export function makeSafeName(text: string): string {
  const safe = text.normalize("NFC").replace(/[\p{Cc}\p{Cs}/\\:*?"<>|]+/gu, "-");
  const trim = (name: string): string => name.replace(/^[. ]+|[. ]+$/g, "");
  return trim([...trim(safe)].slice(0, maximumCharacters).join("")) || "class";
}
