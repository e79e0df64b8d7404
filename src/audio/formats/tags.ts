/**
 * Tags before, between and after the frames of a stream: their lengths, and the contents of bytes outside
 * frames.
 *
 * Not its concern: the contents of tags, where frames are.
 *
 * References: ID3v1, ID3v2.4, APEv2, Lyrics3 1.00 and 2.00, RFC 9639 section 8 (FLAC metadata blocks).
 */
import { getId3Length, hasText } from "./content.ts";

/** First characters of all tags below. */
const initials: ReadonlySet<number> = new Set([..."ITAL3f"].map((letter) => letter.charCodeAt(0)));
/** Lyrics3 2.00 states its size in six digits; 1.00 is shorter. */
const maximumLyrics = 1_000_000;

/**
 * Returns the length in bytes of the tag that begins at `at`, which may exceed the bytes present; 0 if no tag
 * begins there.
 */
export function getTagLength(bytes: Uint8Array, at: number): number {
  if (!initials.has(bytes[at] ?? 0)) return 0;
  const id3 = getId3Length(bytes.subarray(at, at + 10));
  if (id3 > 0) return id3;
  if (hasText(bytes, at, "TAG+")) return 227;
  if (hasText(bytes, at, "TAG")) return 128;
  if (hasText(bytes, at, "3DI")) return 10;
  if (hasText(bytes, at, "APETAGEX")) return hasApeHeader(bytes, at) ? 32 + getApeSize(bytes, at) : 32;
  if (hasText(bytes, at, "LYRICSBEGIN")) return getLyricsLength(bytes, at);
  return hasText(bytes, at, "fLaC") ? getFlacHeadLength(bytes, at) : 0;
}

/** Whether the mark at `at` is an APEv2 header; otherwise it is a footer, which follows its items. */
function hasApeHeader(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 23] ?? 0) & 0x20) !== 0;
}

/** Bytes of an APEv2 tag after its header (or, for a footer: items and footer). */
function getApeSize(bytes: Uint8Array, at: number): number {
  if (at + 16 > bytes.length) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 12, true);
}

/**
 * Returns the number of bytes before the tag at `at` that belong to it: an APEv2 tag without a header.
 */
export function getTagLead(bytes: Uint8Array, at: number): number {
  const isFooter = hasText(bytes, at, "APETAGEX") && !hasApeHeader(bytes, at);
  return isFooter ? Math.max(0, getApeSize(bytes, at) - 32) : 0;
}

function getLyricsLength(bytes: Uint8Array, at: number): number {
  const limit = Math.min(bytes.length, at + maximumLyrics);
  for (let end = at + 11; end < limit; end++) {
    if (hasText(bytes, end, "LYRICS200") || hasText(bytes, end, "LYRICSEND")) return end + 9 - at;
  }
  return 0;
}

/** Length of FLAC's mark and metadata blocks at the start of a file. */
function getFlacHeadLength(bytes: Uint8Array, at: number): number {
  let end = at + 4;
  while (end + 4 <= bytes.length) {
    const isLast = (bytes[end]! & 0x80) !== 0;
    end += 4 + ((bytes[end + 1]! << 16) | (bytes[end + 2]! << 8) | bytes[end + 3]!);
    if (isLast) break;
  }
  return end - at;
}

/** The contents of bytes outside frames; the three add up to their number. */
interface GapContent {
  /** Bytes of tags. */
  readonly tags: number;
  /** Bytes in runs of zeros. */
  readonly zeros: number;
  /** Bytes of any other kind. */
  readonly unknown: number;
}

/** Shortest run of zeros that counts as one. */
const shortestRun = 4;

/** Counts the tags, zeros and other bytes in `bytes`. */
export function measureGap(bytes: Uint8Array): GapContent {
  let tags = 0;
  let zeros = 0;
  let unknown = 0;
  for (let at = 0; at < bytes.length; ) {
    const tag = Math.min(getTagLength(bytes, at), bytes.length - at);
    if (tag > 0) {
      const before = Math.min(unknown, getTagLead(bytes, at));
      unknown -= before;
      tags += tag + before;
      at += tag;
      continue;
    }
    let end = at;
    while (end < bytes.length && bytes[end] === 0) end++;
    if (end - at >= shortestRun || (end > at && end === bytes.length)) zeros += end - at;
    else {
      end = Math.max(end, at + 1);
      unknown += end - at;
    }
    at = end;
  }
  return { tags, zeros, unknown };
}
