/**
 * FLAC stream info and frame headers.
 *
 * Not its concern: where frames end, how a frame is decoded.
 *
 * Reference: RFC 9639 (sections 8.2, 9.1, 9.3).
 */

/** Content of a STREAMINFO block. */
export interface FlacStreamInfo {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Samples per channel; 0 when unknown. */
  readonly totalSamples: number;
  /** Largest block in samples. */
  readonly maximumBlock: number;
}

/** Reads the 34 bytes of a STREAMINFO block. */
export function readStreamInfo(bytes: Uint8Array): FlacStreamInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = view.getUint32(10);
  return {
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bitsPerSample: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(14),
    maximumBlock: view.getUint16(2),
  };
}

const crc8Table = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
  return crc & 0xff;
});
/** Table of the checksum of a whole frame. */
export const crc16Table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc & 0xffff;
});

const fixedBlocks = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

function computeCrc8(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = crc8Table[crc ^ bytes[i]!]!;
  return crc;
}

/** Returns the length in bytes of the frame header at `offset` with its CRC-8; 0 if there is none. */
function getHeaderLength(bytes: Uint8Array, offset: number): number {
  if (offset + 6 > bytes.length || bytes[offset] !== 0xff || (bytes[offset + 1]! & 0xfe) !== 0xf8) return 0;
  const sizeBits = bytes[offset + 2]! >> 4;
  const rateBits = bytes[offset + 2]! & 15;
  const channelBits = bytes[offset + 3]! >> 4;
  if (sizeBits === 0 || rateBits === 15 || channelBits > 10 || bytes[offset + 3]! & 1) return 0;
  const lead = bytes[offset + 4]!;
  const codedBytes = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : Math.clz32(~(lead << 24));
  if (codedBytes === 0 || codedBytes > 7) return 0;
  const sizeBytes = sizeBits === 6 ? 1 : sizeBits === 7 ? 2 : 0;
  const rateBytes = rateBits === 12 ? 1 : rateBits === 13 || rateBits === 14 ? 2 : 0;
  return 4 + codedBytes + sizeBytes + rateBytes + 1;
}

/** Reads the samples per channel from the frame header at `offset`; 0 if there is no valid header. */
export function readFlacBlockSize(bytes: Uint8Array, offset: number): number {
  const length = getHeaderLength(bytes, offset);
  const last = offset + length - 1;
  if (length === 0 || last >= bytes.length || computeCrc8(bytes, offset, last) !== bytes[last]) return 0;
  const sizeBits = bytes[offset + 2]! >> 4;
  const rateBits = bytes[offset + 2]! & 15;
  const end = last - (rateBits === 12 ? 1 : rateBits === 13 || rateBits === 14 ? 2 : 0);
  if (sizeBits === 6) return bytes[end - 1]! + 1;
  if (sizeBits === 7) return ((bytes[end - 2]! << 8) | bytes[end - 1]!) + 1;
  return fixedBlocks[sizeBits]!;
}

const depthCodes: Readonly<Record<number, number>> = { 8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7 };

/** A code for a sample rate; it does not affect the decoded samples. */
const anyRateCode = 9;

/**
 * Writes sample depth and rate into a frame that refers to STREAMINFO for them, for a decoder without the
 * headers. Both checksums are recomputed. Other frames are returned unchanged.
 */
export function completeFlacHeader(frame: Uint8Array, bitsPerSample: number): Uint8Array {
  const isDeep = (frame[3]! & 0x0e) !== 0;
  const hasRate = (frame[2]! & 0x0f) !== 0;
  const code = isDeep ? 0 : depthCodes[bitsPerSample];
  if ((isDeep && hasRate) || code === undefined) return frame;
  const headerLength = getHeaderLength(frame, 0);
  const complete = frame.slice();
  complete[3]! |= code << 1;
  if (!hasRate) complete[2]! |= anyRateCode;
  complete[headerLength - 1] = computeCrc8(complete, 0, headerLength - 1);
  let crc = 0;
  for (let i = 0; i < complete.length - 2; i++)
    crc = ((crc << 8) & 0xffff) ^ crc16Table[(crc >> 8) ^ complete[i]!]!;
  complete[complete.length - 2] = crc >> 8;
  complete[complete.length - 1] = crc & 0xff;
  return complete;
}
