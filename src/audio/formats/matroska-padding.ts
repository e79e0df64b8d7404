/**
 * The padding at the end of a track in Matroska and WebM (DiscardPadding), which mediabunny does not read.
 *
 * Elements are walked flat: the segment, clusters and block groups are entered, everything else is skipped by
 * its size, so clusters of unknown size need no special treatment.
 * Not its concern: samples.
 *
 * Reference: RFC 9559 (section 5.1.3.5.7), RFC 8794 (EBML).
 */
import type { ByteSource } from "../../core/byte-source.ts";

const segment = 0x1853_8067;
const cluster = 0x1f43_b675;
const blockGroup = 0xa0;
const block = 0xa1;
const simpleBlock = 0xa3;
const discardPadding = 0x75a2;
/** Longest identifier and size of an element, with the longest value that is read. */
const headBytes = 4 + 8 + 8;

/** Walks the elements of a file that is read from start to end. */
export interface PaddingFinder {
  /** Walks up to byte `limit`. */
  advance(limit: number): Promise<void>;
  /** Walks to the end; returns the seconds of padding stated for the last block of the track, else 0. */
  finish(track: number): Promise<number>;
}

/** Creates a finder that has not read anything yet. */
export function createPaddingFinder(source: Pick<ByteSource, "read">): PaddingFinder {
  const paddings = new Map<number, number>();
  let at = 0;
  let track = 0;
  let isLost = false;
  return {
    advance: async (limit) => {
      while (!isLost && at + headBytes <= limit) isLost = !(await step());
    },
    finish: async (wanted) => {
      while (!isLost) isLost = !(await step());
      return paddings.get(wanted) ?? 0;
    },
  };

  /** Moves to the next element; false if there is none. */
  async function step(): Promise<boolean> {
    const bytes = await source.read(at, headBytes);
    const idLength = Math.clz32(bytes[0] ?? 0) - 23;
    const sizeLength = Math.clz32(bytes[idLength] ?? 0) - 23;
    const body = idLength + sizeLength;
    if (idLength > 4 || sizeLength > 8 || body > bytes.length) return false;
    const id = readNumber(bytes, 0, idLength);
    const size = readVariable(bytes, idLength, sizeLength);
    if (id === block || id === simpleBlock) {
      track = readVariable(bytes, body, Math.clz32(bytes[body] ?? 0) - 23);
      paddings.set(track, 0);
    }
    if (id === discardPadding && size >= 1 && size <= 8 && body + size <= bytes.length) {
      const nanoseconds = readNumber(bytes, body, size);
      if (nanoseconds < 2 ** (8 * size - 1)) paddings.set(track, nanoseconds / 1e9);
    }
    at += id === segment || id === cluster || id === blockGroup ? body : body + size;
    return true;
  }
}

/** Reads a number of `length` bytes whose first bits state that length. */
function readVariable(bytes: Uint8Array, at: number, length: number): number {
  const first = (bytes[at] ?? 0) & (0xff >> length);
  return first * 2 ** (8 * (length - 1)) + readNumber(bytes, at + 1, length - 1);
}

/** Reads `length` bytes as one number. */
function readNumber(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}
