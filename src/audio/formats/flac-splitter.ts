/**
 * Cuts a FLAC stream into frames, so that the decoder only receives complete ones with a correct checksum.
 *
 * Not its concern: how a frame is decoded.
 *
 * A frame ends where a running CRC-16 is zero and the next frame header (with its own CRC-8) begins: one pass
 * over the bytes. If something other than a frame follows, every place with a CRC-16 of zero may be the end.
 */
import { crc16Table, readFlacBlockSize } from "./flac-frame.ts";

/** A piece of the stream: a complete frame, or bytes outside frames. */
export interface FlacPiece {
  readonly bytes: Uint8Array;
  /** Samples per channel; 0 for bytes that are not a frame. */
  readonly samples: number;
  /** Possible lengths of the frame, in ascending order; absent if it is all of `bytes`. */
  readonly ends?: readonly number[];
  /** Whether these bytes are the start of a frame that the end of the stream cuts off. */
  readonly isCut?: boolean;
}

/** Cuts a FLAC stream, given block by block, into frames. */
interface FlacSplitter {
  /** Adds bytes and returns the complete pieces. `end`: no more bytes will follow. */
  push(bytes: Uint8Array, end: boolean): FlacPiece[];
}

/**
 * Failed frames, beyond one for each whole frame, after which the stream is no longer searched: each may cost
 * a pass over the longest possible frame.
 */
const maximumFailures = 256;
/** Maximum number of possible ends of a frame that are kept. */
const maximumEnds = 16;
/** Bytes of the shortest frame. */
const shortestFrame = 10;
/** Longest frame header. */
const headerBytes = 32;

/** Creates a splitter for frames of at most `maximumFrameBytes`. */
export function createFlacSplitter(maximumFrameBytes: number): FlacSplitter {
  let buffer: Uint8Array = new Uint8Array(0);
  let scanned = 0; // bytes of the buffer inside the running checksum
  let crc = 0;
  let ends: number[] = [];
  let failures = 0;

  const take = (length: number): Uint8Array => {
    const bytes = buffer.slice(0, length);
    buffer = buffer.subarray(length);
    scanned = 0;
    crc = 0;
    ends = [];
    return bytes;
  };

  /** Returns the offset of the next frame header; if there is none, where the search must stop. */
  const findHeader = (end: boolean, from: number): number => {
    let at = from;
    while (at + 1 < buffer.length && readFlacBlockSize(buffer, at) === 0) {
      if (!end && buffer.length - at < headerBytes) break;
      at++;
    }
    return end && at + 1 >= buffer.length ? buffer.length : at;
  };

  const findEnd = (end: boolean): number => {
    const limit = Math.min(buffer.length - (end ? 0 : headerBytes), maximumFrameBytes);
    for (; scanned < limit; ) {
      crc = ((crc << 8) & 0xffff) ^ crc16Table[(crc >> 8) ^ buffer[scanned]!]!;
      scanned++;
      if (crc !== 0 || scanned < shortestFrame) continue;
      if (scanned === buffer.length || readFlacBlockSize(buffer, scanned) > 0) return scanned;
      if (ends.length < maximumEnds) ends.push(scanned);
    }
    return -1;
  };

  /** Takes a frame that is followed by something other than a frame, or a header without a whole frame. */
  const takeFailed = (end: boolean, samples: number): FlacPiece => {
    failures++;
    const next = findHeader(end, shortestFrame);
    const possible = ends.filter((length) => length <= next);
    if (possible.length > 0) return { bytes: take(possible.at(-1)!), samples, ends: possible };
    const isCut = end && next === buffer.length && buffer.length <= maximumFrameBytes;
    return { bytes: take(next), samples: 0, isCut };
  };

  return {
    push: (bytes, end) => {
      const joined = new Uint8Array(buffer.length + bytes.length);
      joined.set(buffer);
      joined.set(bytes, buffer.length);
      buffer = joined;
      const pieces: FlacPiece[] = [];
      while (buffer.length > 0 && failures < maximumFailures) {
        if (!end && buffer.length < 2 * headerBytes) break;
        const samples = readFlacBlockSize(buffer, 0);
        if (samples === 0) {
          const next = findHeader(end, 0);
          if (next === 0) break;
          pieces.push({ bytes: take(next), samples: 0 });
          continue;
        }
        const length = findEnd(end);
        if (length > 0) {
          pieces.push({ bytes: take(length), samples });
          failures = Math.max(0, failures - 1);
          continue;
        }
        if (!end && buffer.length < maximumFrameBytes + headerBytes) break;
        pieces.push(takeFailed(end, samples));
      }
      if (failures >= maximumFailures && buffer.length > 0) {
        pieces.push({ bytes: take(buffer.length), samples: 0 });
      }
      return pieces;
    },
  };
}
