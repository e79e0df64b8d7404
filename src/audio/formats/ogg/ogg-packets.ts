/**
 * Joins the packets of one Ogg stream out of its pages.
 *
 * Not its concern: codecs, which pages belong to the stream.
 *
 * Reference: RFC 3533 (sections 5 and 6).
 */
import { joinBytes } from "../../../core/join-arrays.ts";
import type { OggPage } from "./ogg-page.ts";

/** Maximum bytes of a packet; longer ones are dropped. */
const maximumPacket = 1 << 22;

/**
 * Creates a function that takes the next page and returns the packets that end in it. Packets with a missing
 * page are dropped.
 */
export function createPacketJoiner(): (page: OggPage) => readonly Uint8Array[] {
  let pieces: Uint8Array[] = [];
  let pieceBytes = 0;
  /** Whether the following segments belong to a packet that is dropped. */
  let isRest = false;
  let next: number | undefined;
  return ({ body, segments, sequence, isContinued }) => {
    if (!isContinued || sequence !== (next ?? sequence)) {
      pieces = [];
      pieceBytes = 0;
      isRest = isContinued;
    }
    next = (sequence + 1) >>> 0;
    const packets: Uint8Array[] = [];
    let start = 0;
    let end = 0;
    for (const [i, length] of segments.entries()) {
      end += length;
      if (length === 255 && i < segments.length - 1) continue;
      if (!isRest) pieces.push(body.slice(start, end));
      pieceBytes += end - start;
      start = end;
      if (pieceBytes > maximumPacket) {
        pieces = [];
        isRest = true;
      }
      if (length === 255) continue;
      if (!isRest) packets.push(joinBytes(pieces));
      pieces = [];
      pieceBytes = 0;
      isRest = false;
    }
    return packets;
  };
}
