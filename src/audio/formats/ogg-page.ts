/**
 * Finds Ogg pages and checks them (CRC-32), so that decoders only get whole pages.
 *
 * Not its concern: codecs.
 *
 * Reference: RFC 3533.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { hasText } from "./content.ts";

/** One page with a correct checksum. */
export interface OggPage {
  /** The whole page (a view). */
  readonly bytes: Uint8Array;
  /** The payload (a view). */
  readonly body: Uint8Array;
  /** Lengths of the segments of the payload. */
  readonly segments: Uint8Array;
  readonly serial: number;
  readonly sequence: number;
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Filled while pages are read. */
export interface OggScan {
  /** Bytes outside valid pages. */
  junk: number;
  /** Whether the source ended inside a page. */
  cut: boolean;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** Computes the checksum of a page, with its checksum field as zero. */
function computeOggCrc(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!;
    crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}

/** Largest page: 27 bytes, 255 lacing values, 255 x 255 bytes. */
const maximumPage = 27 + 255 + 255 * 255;
/** Bytes without a page after which the rest is given up. */
const maximumJunk = 1 << 20;

/** Reads page by page; damaged ones are skipped and counted in `scan`. */
export async function* readOggPages(source: ByteSource, scan: OggScan): AsyncGenerator<OggPage> {
  let block: Uint8Array = new Uint8Array(0);
  let blockStart = 0;
  let position = 0;
  while (position < source.byteLength && scan.junk < maximumJunk) {
    if (position + maximumPage > blockStart + block.length && blockStart + block.length < source.byteLength) {
      block = await source.read(position, 4 * maximumPage);
      blockStart = position;
      if (block.length === 0) return;
    }
    const page = readPage(block, position - blockStart);
    if (typeof page === "object") {
      yield page;
      position += page.bytes.length;
      continue;
    }
    if (page === "cut") scan.cut = true;
    let next = position - blockStart + 1;
    while (next < block.length && !hasText(block, next, "OggS")) next++;
    if (next < block.length || page !== "cut") scan.junk += blockStart + next - position;
    position = blockStart + next;
  }
}

function readPage(block: Uint8Array, start: number): OggPage | "cut" | "junk" {
  if (!hasText(block, start, "OggS") || (block[start + 4] ?? 0) !== 0) return "junk";
  if (start + 27 > block.length) return "cut";
  const count = block[start + 26]!;
  const bodyStart = start + 27 + count;
  if (bodyStart > block.length) return "cut";
  const segments = block.subarray(start + 27, bodyStart);
  const end = bodyStart + segments.reduce((sum, length) => sum + length, 0);
  if (end > block.length) return "cut";
  const bytes = block.subarray(start, end);
  const view = new DataView(block.buffer, block.byteOffset + start, end - start);
  if (computeOggCrc(bytes) !== view.getUint32(22, true)) return "junk";
  const flags = block[start + 5]!;
  return {
    bytes,
    body: block.subarray(bodyStart, end),
    segments,
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
  };
}

/** Copies a page with another sequence number (and checksum). */
export function renumberPage(page: OggPage, sequence: number): Uint8Array {
  const bytes = page.bytes.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(18, sequence, true);
  view.setUint32(22, computeOggCrc(bytes), true);
  return bytes;
}
