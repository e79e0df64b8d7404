/**
 * Identifies the bytes after the samples in a file of chunks (RIFF, IFF): other chunks, tags, padding, or
 * something else.
 *
 * Not its concern: the contents of chunks.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import type { ByteAccount } from "./byte-account.ts";
import { hasText } from "./content.ts";
import { findJoinedFile, type JoinedKind } from "./joined-files.ts";
import { getTagLength } from "./tags.ts";

/** Maximum number of chunks walked; the rest is examined as bytes. */
const maximumChunks = 65_536;
/** Marks of files and of samples: these chunks must not be skipped unread. */
const soundMarks = ["RIFF", "RIFX", "RF64", "FORM", "data", "SSND"];

/** Largest chunk that is accepted if the length of the source is unknown. */
const largestUnseen = 1 << 24;

/**
 * Returns the end of the chunk at `offset`; undefined if there is none that fits. The padding byte before it
 * may be missing, so the next offset is tried too.
 */
async function findChunkEnd(
  source: ByteSource,
  offset: number,
  littleEndian: boolean,
): Promise<number | undefined> {
  for (const start of offset % 2 === 1 ? [offset + 1, offset] : [offset, offset + 1]) {
    const head = await source.read(start, 8);
    const isName = head.length === 8 && head.subarray(0, 4).every((byte) => byte >= 0x20 && byte <= 0x7e);
    if (!isName || soundMarks.some((mark) => hasText(head, 0, mark))) continue;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, littleEndian);
    const end = start + 8 + length;
    if (Number.isFinite(source.byteLength) ? end <= source.byteLength : length <= largestUnseen) return end;
  }
  return undefined;
}

/** Names of chunks that follow samples; recognised whatever size they state. */
const usualChunks = [
  "LIST",
  "INFO",
  "bext",
  "cue ",
  "smpl",
  "inst",
  "id3 ",
  "ID3 ",
  "iXML",
  "PEAK",
  "fact",
  "JUNK",
  "_PMX",
];

/** Whether a chunk, a tag or another file begins at `offset`, rather than more samples. */
export async function isEndOfSamples(source: ByteSource, offset: number): Promise<boolean> {
  if ((await findChunkEnd(source, offset, true)) !== undefined) return true;
  const head = await source.read(offset, 64);
  return [0, 1].some(
    (at) =>
      getTagLength(head, at) > 0 || [...soundMarks, ...usualChunks].some((mark) => hasText(head, at, mark)),
  );
}

/** Whether there are only zeros from `offset` to the end of the source. */
export async function isZeroToEnd(source: ByteSource, offset: number): Promise<boolean> {
  for (let at = offset; at < source.byteLength; at += blockBytes) {
    const bytes = await source.read(at, blockBytes);
    if (bytes.length === 0) return true;
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/**
 * Enters the bytes after the samples, from `offset` to the next file of that kind, into the account: chunks,
 * tags, padding. Returns the start of the next file; undefined if there is none.
 */
export async function accountForTail(
  source: ByteSource,
  offset: number,
  littleEndian: boolean,
  account: ByteAccount,
  kind: JoinedKind,
): Promise<number | undefined> {
  let at = offset;
  for (let chunk = 0; chunk < maximumChunks; chunk++) {
    const end = await findChunkEnd(source, at, littleEndian);
    if (end === undefined) break;
    account.addTag(0);
    at = end;
  }
  return findJoinedFile(source, at, kind, account.addGap);
}
