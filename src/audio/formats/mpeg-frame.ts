/**
 * Headers of MPEG audio frames (ISO 11172-3, ISO 13818-3 and the "2.5" extension): layout, length, and where
 * frames start.
 *
 * Not its concern: the content of a frame.
 */

/** One frame header, decoded. */
export interface MpegHeader {
  /** 1, 2 or 3. */
  readonly layer: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples per channel in one frame. */
  readonly samples: number;
  /** Length of the whole frame in bytes, header included. */
  readonly byteLength: number;
  /** Bytes from the start of the frame to a Xing/Info tag, if there is one (layer III). */
  readonly tagOffset: number;
}

// kbit/s by bitrate index 1..14: MPEG-1 layers I, II, III, then MPEG-2 layer I and layers II/III
const bitrates: readonly (readonly number[])[] = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const rates = [44_100, 48_000, 32_000];

/** Decodes the header at `offset`; undefined when there is none (free-format frames are not supported). */
export function readMpegHeader(bytes: Uint8Array, offset: number): MpegHeader | undefined {
  if (offset + 4 > bytes.length || bytes[offset] !== 0xff || (bytes[offset + 1]! & 0xe0) !== 0xe0)
    return undefined;
  const version = (bytes[offset + 1]! >> 3) & 3; // 0: 2.5, 2: 2, 3: 1
  const layerBits = (bytes[offset + 1]! >> 1) & 3;
  const bitrateIndex = bytes[offset + 2]! >> 4;
  const rateIndex = (bytes[offset + 2]! >> 2) & 3;
  if (version === 1 || layerBits === 0 || bitrateIndex === 0 || bitrateIndex === 15 || rateIndex === 3)
    return undefined;
  const layer = 4 - layerBits;
  const first = version === 3;
  const table = first ? layer - 1 : layer === 1 ? 3 : 4;
  const bitrate = bitrates[table]![bitrateIndex - 1]! * 1000;
  const sampleRate = rates[rateIndex]! / (first ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[offset + 2]! >> 1) & 1;
  const channels = bytes[offset + 3]! >> 6 === 3 ? 1 : 2;
  const samples = layer === 1 ? 384 : layer === 3 && !first ? 576 : 1152;
  const byteLength =
    layer === 1
      ? (Math.floor((12 * bitrate) / sampleRate) + padding) * 4
      : Math.floor((samples * bitrate) / (8 * sampleRate)) + padding;
  const sideBytes = first ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  return { layer, sampleRate, channels, samples, byteLength, tagOffset: 4 + sideBytes };
}

/** Whether two headers can belong to one stream. */
export function isSameMpegStream(a: MpegHeader, b: MpegHeader): boolean {
  return a.layer === b.layer && a.sampleRate === b.sampleRate;
}

/**
 * Number of frames from `offset` on, at most `most`, and whether the last of them ends where `bytes` do.
 */
function countFrames(
  bytes: Uint8Array,
  offset: number,
  most = 3,
): { readonly count: number; readonly isAtEnd: boolean } {
  const first = readMpegHeader(bytes, offset);
  if (!first) return { count: 0, isAtEnd: false };
  let count = 1;
  let next = offset + first.byteLength;
  while (count < most && next + 4 <= bytes.length) {
    const header = readMpegHeader(bytes, next);
    if (!header || !isSameMpegStream(first, header)) break;
    next += header.byteLength;
    count++;
  }
  return { count, isAtEnd: next + 4 > bytes.length };
}

/**
 * Whether a frame at `offset` is followed by two more at the offsets that headers state, or, if `bytes` end
 * with the file (`isEnd`), by one more and the end.
 */
export function isConfirmedFrame(bytes: Uint8Array, offset: number, isEnd: boolean): boolean {
  const { count, isAtEnd } = countFrames(bytes, offset);
  return count === 3 || (count === 2 && isEnd && isAtEnd);
}

/**
 * Finds the first frame from `from` on that is followed by two more at the offsets its headers state (or by
 * the end of `bytes`). Returns its offset, or -1.
 */
export function findMpegFrame(bytes: Uint8Array, from = 0): number {
  for (let offset = from; offset + 4 <= bytes.length; offset++) {
    if (bytes[offset] !== 0xff) continue;
    const { count, isAtEnd } = countFrames(bytes, offset);
    if (count === 3 || (isAtEnd && (count > 1 || (count === 1 && offset === from)))) return offset;
  }
  return -1;
}

/** Consecutive frames required to identify MPEG audio: at the start of the content, and after other bytes. */
const framesAtStart = 4;
const framesBehindJunk = 8;

/**
 * Whether `head`, the start of a file, is MPEG audio: enough consecutive frames, since two or three occur by
 * chance in programs and pictures. Fewer are enough if they fill all of `head`.
 */
export function isMpegAudio(head: Uint8Array): boolean {
  for (let offset = 0; offset + 4 <= head.length; offset++) {
    if (head[offset] !== 0xff) continue;
    const needed = offset === 0 ? framesAtStart : framesBehindJunk;
    // Jump tables in programs look like layer I in steps of 64 bytes.
    if (offset > 0 && readMpegHeader(head, offset)?.layer === 1) continue;
    const { count, isAtEnd } = countFrames(head, offset, needed);
    if (count >= needed || (isAtEnd && (offset === 0 || count >= framesAtStart))) return true;
  }
  return false;
}
