/**
 * Pictures with a palette as PNG files.
 *
 * Format: PNG (W3C, third edition), colour type 3, eight bits, one filter. Not its concern: what the
 * picture shows.
 */

import { zlibSync } from "fflate";
import { computeChecksum } from "../core/checksum.ts";
import { joinBytes } from "../core/join-arrays.ts";

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/** Red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The bytes of a PNG; `pixels` [height, width]: indices into the palette of at most 256 colours. */
export function encodePng(pixels: Uint8Array, width: number, palette: readonly Colour[]): Uint8Array {
  const height = pixels.length / width;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8);
  // Each line opens with its filter: 0, none.
  const lines = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    lines.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const chunks = [
    createChunk("IHDR", header),
    createChunk("PLTE", Uint8Array.from(palette.flat())),
    createChunk("IDAT", zlibSync(lines, { level: 9 })),
    createChunk("IEND", new Uint8Array(0)),
  ];
  return joinBytes([Uint8Array.from(signature), ...chunks]);
}

function createChunk(kind: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) chunk[4 + i] = kind.charCodeAt(i);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, computeChecksum(chunk.subarray(4, 8 + data.length)));
  return chunk;
}
