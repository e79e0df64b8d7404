/**
 * Mel levels as a picture: time to the right, frequency upwards, from dark to bright between quiet and loud
 * levels of the recording.
 *
 * Not its concern: samples, how levels are computed.
 */
import { type Colour, encodePng } from "./png.ts";

/** Shares of the levels that are drawn darkest and brightest. */
const [darkShare, brightShare] = [0.25, 0.002];
/** Minimum range, in nats: 20 dB, so that steady noise looks uniform. */
const minimumRange = 2 * Math.LN10;
const shades = 64;

/** Dark in both colour schemes of the page, with its accent colour in the middle. */
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

/** A PNG of levels [frames, bands] in nats of power, bands from low to high. */
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
