/**
 * Cuts a stream of MPEG audio into frames, tags and other bytes, up to the last byte.
 *
 * Not its concern: decoding, what gaps consist of.
 *
 * Files may be joined, tagged in between and damaged: a tag or a zeroed sector is not the end, and the frames
 * after it may have another format.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { hasText } from "./content.ts";
import { isConfirmedFrame, isSameMpegStream, type MpegHeader, readMpegHeader } from "./mpeg-frame.ts";
import { getTagLead, getTagLength } from "./tags.ts";

/** A piece of the stream. */
export type MpegPiece =
  | {
      readonly kind: "frame";
      readonly bytes: Uint8Array;
      readonly header: MpegHeader;
      /** Whether other bytes separate this frame from the previous one. */
      readonly isResumed: boolean;
    }
  /** Bytes that are not a frame: a tag or anything else. */
  | { readonly kind: "gap"; readonly bytes: Uint8Array }
  /** A tag that is known by its own length. */
  | {
      readonly kind: "tag";
      /** Number of preceding bytes that belong to it. */
      readonly lead: number;
    }
  /** The start of a frame that the end of the source cuts off. */
  | { readonly kind: "cut" };

/** Bytes needed after a frame header to confirm it by the next two frames: the longest frame is 2881. */
const confirmBytes = 3 * 2881 + 4;

/** Reads frames of the format of `first` (or, after a gap, of any) from byte `start` on, block by block. */
export async function* readMpegPieces(
  source: ByteSource,
  start: number,
  first: MpegHeader,
): AsyncGenerator<MpegPiece[]> {
  let current = first;
  let isResumed = false;
  for (let position = start; position < source.byteLength; ) {
    const block = await source.read(position, blockBytes);
    if (block.length === 0) return;
    const isEnd = block.length < blockBytes || position + block.length >= source.byteLength;
    const pieces: MpegPiece[] = [];
    let at = 0;
    while (at < block.length) {
      const header = readMpegHeader(block, at);
      const isExpected =
        header && isSameMpegStream(current, header) && (!isResumed || isConfirmedFrame(block, at, isEnd));
      if (isExpected) {
        const end = at + header.byteLength;
        if (end > block.length) {
          if (!isEnd) break;
          pieces.push({ kind: "cut" });
          at = block.length;
          break;
        }
        pieces.push({ kind: "frame", bytes: block.subarray(at, end), header, isResumed });
        isResumed = false;
        at = end;
        continue;
      }
      if (!isEnd && block.length - at < confirmBytes) break;
      isResumed = true;
      const tag = getTagLength(block, at);
      if (tag > 0) {
        pieces.push({ kind: "tag", lead: getTagLead(block, at) });
        at += tag;
        continue;
      }
      const next = findNext(block, at, isEnd);
      if (next > at) pieces.push({ kind: "gap", bytes: block.subarray(at, next) });
      else if (header) current = header;
      at = next;
    }
    if (pieces.length > 0) yield pieces;
    // A frame at the end of a block is read again from its start.
    position += at;
  }
}

/**
 * Returns the offset of the next tag or confirmed frame of any format; if there is none, the end of the bytes
 * that can be checked.
 */
function findNext(block: Uint8Array, from: number, isEnd: boolean): number {
  const limit = isEnd ? block.length : block.length - confirmBytes + 1;
  for (let at = from; at < limit; at++) {
    if (block[at] === 0xff ? isConfirmedFrame(block, at, isEnd) : getTagLength(block, at) > 0) return at;
  }
  return Math.max(limit, from);
}

/**
 * Returns the number of frames in a Xing/Info or VBRI tag (not counting its own frame), 0 if the tag does
 * not state it; undefined if the frame contains no tag.
 */
export function readFrameCount(frame: Uint8Array, header: MpegHeader): number | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = header.tagOffset;
  if (frame.length >= at + 12 && (hasText(frame, at, "Xing") || hasText(frame, at, "Info"))) {
    return view.getUint32(at + 4) & 1 ? view.getUint32(at + 8) : 0;
  }
  return frame.length >= 54 && hasText(frame, 36, "VBRI") ? view.getUint32(50) : undefined;
}
