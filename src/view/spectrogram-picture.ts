/**
 * Draws mel levels as a picture: time to the right, frequency upwards, dark for quiet and bright for loud
 * levels of the recording.
 *
 * Not its concern: how levels are computed.
 */
import { zlibSync } from "fflate";
import { computeChecksum } from "../core/checksum.ts";
import { joinBytes } from "../core/join-arrays.ts";

/** Quantiles of the levels that are drawn darkest and brightest. */
const [darkShare, brightShare] = [0.25, 0.002];
/** Minimum range, in nats: 20 dB, so that steady noise looks uniform. */
const minimumRange = 2 * Math.LN10;
const shades = 64;

/** Dark in both colour schemes of the page, with the page's accent colour in the middle. */
const stops: readonly Colour[] = [
  [23, 26, 38],
  [38, 44, 96],
  [70, 84, 190],
  [157, 178, 255],
  [255, 240, 206],
];

const palette: readonly Colour[] = Array.from({ length: shades }, (_, i): Colour => {
  const place = (i / (shades - 1)) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(stops[low]![channel] + (place - low) * (stops[low + 1]![channel] - stops[low]![channel]));
  return [mix(0), mix(1), mix(2)];
});

/** Gets the colour of a level, from 0 (quiet) to 1 (loud). */
export function getShade(level: number): Colour {
  return palette[Math.round(level * (shades - 1))]!;
}

/** Draws levels [frames, bands], in nats of power with bands from low to high, as a PNG. */
export function drawSpectrogram(levels: Float32Array, bands: number): Uint8Array {
  const frames = levels.length / bands;
  const sorted = levels.slice().sort();
  const quiet = sorted[Math.floor(darkShare * (sorted.length - 1))]!;
  const loud = Math.max(sorted[Math.ceil((1 - brightShare) * (sorted.length - 1))]!, quiet + minimumRange);
  const pixels = new Uint8Array(frames * bands);
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) {
      const share = (levels[frame * bands + band]! - quiet) / (loud - quiet);
      const shade = Math.round(Math.max(0, Math.min(1, share)) * (shades - 1));
      pixels[(bands - 1 - band) * frames + frame] = shade;
    }
  }
  return encodePng(pixels, frames, palette);
}

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/** Red, green and blue, 0 to 255 each. */
type Colour = readonly [red: number, green: number, blue: number];

/**
 * Encodes a PNG (W3C, third edition; colour type 3, eight bits, one filter). `pixels` [height, width]:
 * indices into the palette of at most 256 colours.
 */
function encodePng(pixels: Uint8Array, width: number, palette: readonly Colour[]): Uint8Array {
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
