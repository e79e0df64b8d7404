/**
 * Detects content that is certainly not a recording, by its first bytes: pictures, documents, archives,
 * programs, text.
 *
 * Not its concern: recordings (content.ts).
 */
import { createMemorySource } from "../../core/byte-source.ts";
import { hasText, identifyContent } from "./content.ts";

/** Bytes from the start that are sufficient. */
export const foreignHeadBytes = 1024;

const signatures: readonly (readonly [title: string, offset: number, text: string])[] = [
  ["a PNG picture", 0, "\x89PNG\r\n"],
  ["a JPEG picture", 0, "\xff\xd8\xff"],
  ["a GIF picture", 0, "GIF8"],
  ["a WebP picture", 8, "WEBP"],
  ["a TIFF picture", 0, "II*\0"],
  ["a TIFF picture", 0, "MM\0*"],
  ["a HEIF picture", 4, "ftypheic"],
  ["a HEIF picture", 4, "ftypmif1"],
  ["an AVIF picture", 4, "ftypavif"],
  ["a PDF document", 0, "%PDF-"],
  ["a ZIP archive", 0, "PK\x03\x04"],
  ["a gzip archive", 0, "\x1f\x8b\x08"],
  ["a bzip2 archive", 0, "BZh"],
  ["an xz archive", 0, "\xfd7zXZ\0"],
  ["a Zstandard archive", 0, "\x28\xb5\x2f\xfd"],
  ["a 7z archive", 0, "7z\xbc\xaf\x27\x1c"],
  ["a RAR archive", 0, "Rar!\x1a\x07"],
  ["a tar archive", 257, "ustar"],
  ["a program", 0, "\x7fELF"],
  ["a program", 0, "MZ"],
  ["a SQLite database", 0, "SQLite format 3\0"],
  ["a Parquet file", 0, "PAR1"],
];

/**
 * Describes content ("a PNG picture") by its first bytes if it is certainly not a recording; undefined if it
 * is or may be one.
 */
export async function findForeignContent(head: Uint8Array): Promise<string | undefined> {
  const found = signatures.find(([, offset, text]) => hasText(head, offset, text));
  const { container } = await identifyContent(createMemorySource(head, "head"));
  // The brand of an MP4 file is that of a picture.
  if (found && (container === "unknown" || container === "mp4")) return found[0];
  if (container !== "unknown" || head.length < 16) return undefined;
  return isText(head) ? "text" : undefined;
}

/** Whether bytes are UTF-8 text without control characters; the last character may be cut off. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte === 0x7f || (byte < 0x20 && ![9, 10, 12, 13].includes(byte)))) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
