/**
 * Names that people gave, as names of files and folders.
 *
 * Not its concern: the file system. Two names may come to the same; whoever writes files numbers them.
 */

/** Most characters of a name: some file systems take 255 bytes. */
const longest = 60;

/** A text as a name that any file system takes, and never a path; "class" where nothing is left of it. */
export function makeSafeName(text: string): string {
  const safe = text.normalize("NFC").replace(/[\p{Cc}\p{Cs}/\\:*?"<>|]+/gu, "-");
  const trim = (name: string): string => name.replace(/^[. ]+|[. ]+$/g, "");
  return trim([...trim(safe)].slice(0, longest).join("")) || "class";
}
