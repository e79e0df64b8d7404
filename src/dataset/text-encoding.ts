/**
 * Decodes the text of a list of recordings: UTF-8 with or without a byte order mark, or UTF-16 with one
 * (Excel's "Unicode text").
 *
 * Not its concern: the contents of the text.
 *
 * Anything else is rejected with the position of the error; encodings are never guessed.
 */
import { GolemError } from "../core/error.ts";

/**
 * Decodes text; the byte order mark is dropped.
 *
 * @param name Name of the file in messages.
 * @throws GolemError `invalid-data`, with line and byte of the first error.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff)) {
    throw createEncodingError(name, "is UTF-32");
  }
  if (startsWith(bytes, 0xff, 0xfe)) return decodeUtf16(bytes, "utf-16le", name);
  if (startsWith(bytes, 0xfe, 0xff)) return decodeUtf16(bytes, "utf-16be", name);
  const zero = bytes.indexOf(0);
  if (zero !== -1) {
    const place = describePlace(bytes, zero);
    throw createEncodingError(
      name,
      `has a zero byte in ${place}: it is not text, or UTF-16 without a byte order mark`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const at = findInvalidUtf8(bytes);
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
    throw createEncodingError(name, `is not UTF-8: ${describePlace(bytes, at)} is the byte 0x${byte}`);
  }
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be", name: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw createEncodingError(name, "begins with the byte order mark of UTF-16, but is not valid UTF-16");
  }
}

function createEncodingError(name: string, found: string): GolemError {
  return new GolemError("invalid-data", `${name} ${found}; expected UTF-8.`, {
    hint: 'Save it as UTF-8 (in Excel: "CSV UTF-8").',
  });
}

function startsWith(bytes: Uint8Array, ...start: number[]): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}

/** Formats a position as "line 3, byte 17", both counted from 1, the byte from the start of the line. */
function describePlace(bytes: Uint8Array, offset: number): string {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset; i++) {
    if (bytes[i] === 0x0a) {
      line++;
      lineStart = i + 1;
    }
  }
  return `line ${line}, byte ${offset - lineStart + 1}`;
}

/** Finds the offset of the first invalid UTF-8 character, by bisection on the length of a valid prefix. */
function findInvalidUtf8(bytes: Uint8Array): number {
  const decodes = (length: number, whole: boolean): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: !whole });
      return true;
    } catch {
      return false;
    }
  };
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (decodes(middle, false)) valid = middle;
    else invalid = middle;
  }
  // Up to three bytes at the end may be the valid start of an invalid character.
  while (valid > 0 && !decodes(valid, true)) valid--;
  return valid;
}
