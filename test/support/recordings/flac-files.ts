/** Builds FLAC files, native and in Ogg, whose frames hold one constant value each: 16 bits, 4096 samples. */

const frameSamples = 4096;

function computeCrc(bytes: readonly number[], polynomial: number, width: 8 | 16 | 32): number {
  let crc = 0;
  for (const byte of bytes) {
    crc = (crc ^ (byte * 2 ** (width - 8))) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const isCarry = crc >= 2 ** (width - 1);
      crc = (((crc * 2) % 2 ** width) ^ (isCarry ? polynomial : 0)) >>> 0;
    }
  }
  return crc;
}

/** The frame with this number; every sample of every channel is `value`. */
export function createFlacFrame(number: number, value: number, channels = 1): Uint8Array {
  const header = [0xff, 0xf8, 0xc0, ((channels - 1) << 4) | 8, number & 0x7f];
  const sample = [0, (value >> 8) & 0xff, value & 0xff];
  const body = [...header, computeCrc(header, 0x07, 8), ...Array(channels).fill(sample).flat()];
  const crc = computeCrc(body, 0x8005, 16);
  return Uint8Array.from([...body, crc >> 8, crc & 0xff]);
}

/** STREAMINFO of a stream of `frames` such frames. */
function createStreamInfo(rate: number, channels: number, frames: number): number[] {
  const bytes = new Uint8Array(34);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, frameSamples);
  view.setUint16(2, frameSamples);
  view.setUint32(10, ((rate << 12) | ((channels - 1) << 9) | (15 << 4)) >>> 0);
  view.setUint32(14, frames * frameSamples);
  return [...bytes];
}

/** Mark and headers of a native file. */
export function createFlacHead(rate: number, channels: number, frames: number): Uint8Array {
  return Uint8Array.from(
    [..."fLaC"]
      .map((letter) => letter.charCodeAt(0))
      .concat([0x80, 0, 0, 34], createStreamInfo(rate, channels, frames)),
  );
}

/** One page that holds one packet. */
function createOggPage(packet: Uint8Array, serial: number, sequence: number, flags: number): Uint8Array {
  const lacing = [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
  const bytes = new Uint8Array(27 + lacing.length + packet.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(packet, 27 + lacing.length);
  view.setUint32(22, computeCrc([...bytes], 0x04c11db7, 32), true);
  return bytes;
}

/** FLAC in Ogg: one page for each frame. */
export function createOggFlac(
  serial: number,
  rate: number,
  channels: number,
  values: readonly number[],
): Uint8Array[] {
  const text = [..."\x7fFLAC\x01\0\0\x01fLaC"].map((letter) => letter.charCodeAt(0));
  const head = Uint8Array.from([...text, 0, 0, 0, 34, ...createStreamInfo(rate, channels, values.length)]);
  const comment = Uint8Array.from([0x84, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  return [
    createOggPage(head, serial, 0, 2),
    createOggPage(comment, serial, 1, 0),
    ...values.map((value, i) =>
      createOggPage(createFlacFrame(i, value, channels), serial, i + 2, i === values.length - 1 ? 4 : 0),
    ),
  ];
}
