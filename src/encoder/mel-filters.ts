/**
 * Triangular filters on the mel scale, as used by the front ends of published networks.
 *
 * Scales: "htk" is 2595 log10(1 + f / 700) (O'Shaughnessy 1987); "slaney" is linear up to 1 kHz and
 * logarithmic above (Slaney 1998, Auditory Toolbox).
 */

/** Parameters of the filters. */
export interface MelFilterOptions {
  readonly bands: number;
  /** Points of the Fourier transform; the filters have transformSize / 2 + 1 weights each. */
  readonly transformSize: number;
  readonly sampleRate: number;
  /** Lower edge of the lowest filter and upper edge of the highest, in Hz. */
  readonly low: number;
  readonly high: number;
  readonly scale: "htk" | "slaney";
  /** Whether each filter is divided by half its width in Hz (area 1, "slaney") or peaks at 1 ("none"). */
  readonly norm: "none" | "slaney";
  /** Scale on which triangles have straight sides: hertz (default), or mels as in TensorFlow. */
  readonly straightOver?: "hertz" | "mel" | undefined;
}

const slaneyBreak = 1000;
const slaneyHertz = 200 / 3;
const slaneyStep = Math.log(6.4) / 27;

function toMel(hertz: number, scale: "htk" | "slaney"): number {
  if (scale === "htk") return 2595 * Math.log10(1 + hertz / 700);
  if (hertz < slaneyBreak) return hertz / slaneyHertz;
  return slaneyBreak / slaneyHertz + Math.log(hertz / slaneyBreak) / slaneyStep;
}

function toHertz(mel: number, scale: "htk" | "slaney"): number {
  if (scale === "htk") return 700 * (10 ** (mel / 2595) - 1);
  const corner = slaneyBreak / slaneyHertz;
  return mel < corner ? mel * slaneyHertz : slaneyBreak * Math.exp(slaneyStep * (mel - corner));
}

/** Computes the weights, [bands, transformSize / 2 + 1]. */
export function createMelFilters(options: MelFilterOptions): Float64Array {
  const { bands, transformSize, sampleRate, scale, norm } = options;
  const bins = transformSize / 2 + 1;
  const low = toMel(options.low, scale);
  const high = toMel(options.high, scale);
  const mels = Array.from({ length: bands + 2 }, (_, i) => low + ((high - low) * i) / (bands + 1));
  const hertz = mels.map((mel) => toHertz(mel, scale));
  const edges = options.straightOver === "mel" ? mels : hertz;
  return Float64Array.from({ length: bands * bins }, (_, i) => {
    const band = Math.floor(i / bins);
    const frequency = ((i % bins) * sampleRate) / transformSize;
    const at = options.straightOver === "mel" ? toMel(frequency, scale) : frequency;
    const [left, centre, right] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const height = Math.max(0, Math.min((at - left) / (centre - left), (right - at) / (right - centre)));
    return norm === "slaney" ? (height * 2) / (hertz[band + 2]! - hertz[band]!) : height;
  });
}
