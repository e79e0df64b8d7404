/**
 * Reads the directory of a zip archive whose entries are stored without compression, as PyTorch writes it.
 *
 * Format: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14-16 (ends),
 * 4.5.3 (zip64).
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import { checkpointLimits, damagedCheckpoint } from "./checkpoint.ts";

/** Where an entry's bytes are in the file. */
interface ZipEntry {
  readonly offset: number;
  readonly length: number;
}

const tailBytes = 22 + 0xffff;

/**
 * Reads the directory: entries by name. Rejects with `weights-damaged` for damaged archives, and entries that
 * are compressed or encrypted.
 */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const damaged = (found: string) => damagedCheckpoint(source.name, found);
  const view = async (offset: number, length: number) => {
    const bytes = await source.read(offset, length);
    if (offset < 0 || bytes.length < length) throw damaged(`its archive is cut off at byte ${offset}`);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };

  const tailStart = Math.max(0, source.byteLength - tailBytes);
  const tail = await view(tailStart, source.byteLength - tailStart);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw damaged("it is a zip archive without its directory; the file is cut off");
  let size = tail.getUint32(at + 12, true);
  let start = tail.getUint32(at + 16, true);
  if ((size === 0xffffffff || start === 0xffffffff) && tailStart + at >= 20) {
    const locator = await view(tailStart + at - 20, 20);
    if (locator.getUint32(0, true) !== 0x07064b50) throw damaged("its zip64 directory is missing");
    const end = await view(Number(locator.getBigUint64(8, true)), 56);
    size = Number(end.getBigUint64(40, true));
    start = Number(end.getBigUint64(48, true));
  }
  if (size > checkpointLimits.headerBytes || start + size > source.byteLength) {
    throw damaged(`its directory claims ${size} bytes at ${start} of ${source.byteLength}`);
  }

  const directory = await view(start, size);
  const entries = new Map<string, ZipEntry>();
  for (let position = 0; position < size; ) {
    if (position + 46 > size || directory.getUint32(position, true) !== 0x02014b50) {
      throw damaged(`its directory has no entry at byte ${start + position}`);
    }
    const header = readCentralHeader(directory, position);
    if (!header) throw damaged(`its directory is cut off at byte ${start + position}`);
    if (header.method !== 0 || header.encrypted || header.stored !== header.length) {
      throw damaged(
        `its entry ${JSON.stringify(header.name)} is compressed or encrypted; PyTorch stores entries plainly`,
      );
    }
    const local = await view(header.local, 30);
    if (local.getUint32(0, true) !== 0x04034b50)
      throw damaged(`its entry ${JSON.stringify(header.name)} has no header`);
    const offset = header.local + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (offset + header.length > source.byteLength) {
      throw damaged(`its entry ${JSON.stringify(header.name)} reaches past the end of the file`);
    }
    entries.set(header.name, { offset, length: header.length });
    position = header.next;
  }
  return entries;
}

/** One record of the central directory, with its zip64 extra field applied; undefined if it is incomplete. */
function readCentralHeader(view: DataView, at: number) {
  const nameLength = view.getUint16(at + 28, true);
  const extraEnd = at + 46 + nameLength + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) return undefined;
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
  let stored = view.getUint32(at + 20, true);
  let length = view.getUint32(at + 24, true);
  let local = view.getUint32(at + 42, true);
  for (
    let extra = at + 46 + nameLength;
    extra + 4 <= extraEnd;
    extra += 4 + view.getUint16(extra + 2, true)
  ) {
    if (view.getUint16(extra, true) !== 1) continue;
    const end = Math.min(extraEnd, extra + 4 + view.getUint16(extra + 2, true));
    let field = extra + 4;
    const take = (value: number) => {
      if (value !== 0xffffffff || field + 8 > end) return value;
      field += 8;
      return Number(view.getBigUint64(field - 8, true));
    };
    length = take(length);
    stored = take(stored);
    local = take(local);
  }
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  return { name, method: view.getUint16(at + 10, true), encrypted, stored, length, local, next };
}
