/**
 * Finds Ogg pages and checks them (CRC-32), so that decoders only receive whole pages.
 *
 * Not its concern: codecs.
 *
 * Reference: RFC 3533.
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import type { ByteAccount } from "../byte-account.ts";
import { hasText } from "../content.ts";

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
  /** Position of the end of its last packet, in samples; -1 when no packet ends in it. */
  readonly granule: number;
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Filled while pages are read. */
export interface OggScan {
  /** Receives the bytes outside valid pages. */
  readonly account?: ByteAccount;
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
/**
 * Number of bytes outside pages, beyond those in pages, after which the rest is not searched: each false mark
 * of a page may cost a checksum over the longest page.
 */
const maximumJunk = 1 << 20;

/** Reads page by page; bytes outside valid ones are skipped and entered into the account of `scan`. */
export async function* readOggPages(source: ByteSource, scan: OggScan): AsyncGenerator<OggPage> {
  let block: Uint8Array = new Uint8Array(0);
  let blockStart = 0;
  let position = 0;
  let junk = 0;
  while (position < source.byteLength) {
    if (position + maximumPage > blockStart + block.length && blockStart + block.length < source.byteLength) {
      block = await source.read(position, 4 * maximumPage);
      blockStart = position;
      if (block.length === 0) return;
    }
    const at = position - blockStart;
    const page = readPage(block, at);
    if (typeof page === "object") {
      yield page;
      position += page.bytes.length;
      junk -= Math.min(junk, page.bytes.length);
      continue;
    }
    let next = at + 1;
    while (next < block.length && !hasText(block, next, "OggS")) next++;
    // The start of a page at the very end is not junk.
    if (page === "cut" && next >= block.length) scan.cut = true;
    else scan.account?.addGap(block.subarray(at, next));
    junk += next - at;
    position = blockStart + next;
    if (junk < maximumJunk) continue;
    await scan.account?.addRest(source, position);
    return;
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
    granule: Number(view.getBigInt64(6, true)),
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
  };
}
