/**
 * Finds the members of a tar archive without unpacking it: headers are read, contents are skipped.
 *
 * Formats: ustar and GNU (POSIX.1-2017, pax): https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";

/** A file in an archive. */
export interface TarMember {
  readonly name: string;
  /** Start of its contents, in bytes from the start of the archive. */
  readonly offset: number;
  readonly size: number;
}

const blockBytes = 512;
/** Maximum length of a name or an extended header, in bytes. */
const maximumHeaderBytes = 1 << 20;
const maximumMembers = 10_000_000;

/** Lists the regular files of an archive. Throws `invalid-data` if it is damaged. */
export async function* listTarMembers(source: ByteSource, signal?: AbortSignal): AsyncGenerator<TarMember> {
  const fail = (found: string, offset: number) =>
    new GolemError("invalid-data", `${source.name} is not a tar archive: ${found} at byte ${offset}.`, {
      hint: "Compressed archives cannot be read in parts: unpack them, or store them uncompressed.",
    });
  const decoder = new TextDecoder();
  let offset = 0;
  let members = 0;
  let longName: string | undefined;
  let longSize: number | undefined;
  while (offset + blockBytes <= source.byteLength) {
    throwIfAborted(signal);
    const header = await source.read(offset, blockBytes);
    if (header.length < blockBytes) throw fail("it ends", offset);
    if (header.every((byte) => byte === 0)) return;
    if (!hasChecksum(header)) throw fail("a header is missing", offset);
    const declared = readNumber(header.subarray(124, 136));
    const kind = String.fromCharCode(header[156]!);
    const isExtension = "LKxg".includes(kind);
    const size = isExtension ? declared : (longSize ?? declared);
    const start = offset + blockBytes;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > source.byteLength) {
      throw fail(`a member of ${size} bytes reaches beyond its end`, offset);
    }
    if (isExtension) {
      if (size > maximumHeaderBytes) throw fail(`a header of ${size} bytes`, offset);
      const content = await source.read(start, size);
      if (kind === "L") longName = readText(content, decoder);
      if (kind === "x") {
        const fields = readPaxFields(content, decoder);
        longName = fields.get("path") ?? longName;
        const wide = fields.get("size");
        if (wide !== undefined) longSize = Number(wide);
      }
    } else {
      const name = longName ?? readName(header, decoder);
      if (++members > maximumMembers) throw fail(`more than ${maximumMembers} members`, offset);
      if (kind === "0" || kind === "\0" || kind === "7")
        yield { name: name.replace(/^(\.\/)+/, ""), offset: start, size };
      longName = undefined;
      longSize = undefined;
    }
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  if (offset < source.byteLength) throw fail("it ends in a header", offset);
}

function readText(bytes: Uint8Array, decoder: TextDecoder): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function readName(header: Uint8Array, decoder: TextDecoder): string {
  const name = readText(header.subarray(0, 100), decoder);
  const isUstar = decoder.decode(header.subarray(257, 262)) === "ustar" && header[262] === 0;
  const prefix = isUstar ? readText(header.subarray(345, 500), decoder) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Reads octal digits, or a big-endian number if the first bit is set. */
function readNumber(field: Uint8Array): number {
  if ((field[0]! & 0x80) === 0) {
    const text = String.fromCharCode(...field).replaceAll(/[\0 ]+/g, "");
    return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : Number.NaN;
  }
  return field.reduce((sum, byte, i) => sum * 256 + (i === 0 ? byte & 0x7f : byte), 0);
}

/** Checks the sum of the header's bytes, with the checksum field replaced by spaces. */
function hasChecksum(header: Uint8Array): boolean {
  const expected = readNumber(header.subarray(148, 156));
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0) === expected;
}

/** Reads records "LENGTH KEY=VALUE\n". */
function readPaxFields(bytes: Uint8Array, decoder: TextDecoder): Map<string, string> {
  const fields = new Map<string, string>();
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(32, start);
    const length = Number(decoder.decode(bytes.subarray(start, space)));
    if (space < 0 || !(length > 0)) break;
    const record = decoder.decode(bytes.subarray(space + 1, start + length - 1));
    const equals = record.indexOf("=");
    if (equals > 0) fields.set(record.slice(0, equals), record.slice(equals + 1));
    start += length;
  }
  return fields;
}
