/**
 * Determines the layout of the samples of an uncompressed WAV file whose header contradicts itself.
 *
 * Not its concern: chunks, reading samples.
 *
 * Channels, bits per sample and block align state the size of a frame twice. If they differ, the layout is
 * chosen by the samples: padding consists of constant bytes, and samples that are read at the wrong width or
 * place are noise, which differs from frame to frame far more than sound does. The byte rate is a third
 * statement: a number of channels that both it and the block align contradict is used only if it fits better.
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import { GolemError } from "../../../core/error.ts";
import { createWarning } from "../../warning.ts";
import { getPackedSlots, readSamples, type SampleFormat, sampleBytes } from "../pcm.ts";
import type { WavHeader } from "./wav-header.ts";
import { areFloats, findBetterReading, type Reading } from "./wav-pattern.ts";

/** Format, channels and positions of the samples. */
type WavLayout = Omit<Reading, "littleEndian">;

/** A possible layout, and its description for the warning. */
interface Hypothesis extends WavLayout {
  readonly title: string;
}

const integers = [undefined, "pcm-u8", "pcm-s16", "pcm-s24", "pcm-s32"] as const;

/** Returns the format by tag and bits per sample; throws `unsupported-codec`. */
function getStatedFormat(name: string, { formatTag, bitsPerSample }: WavHeader): SampleFormat {
  if (formatTag === 6) return "alaw";
  if (formatTag === 7) return "mulaw";
  if (formatTag === 3 && bitsPerSample === 32) return "pcm-f32";
  if (formatTag === 3 && bitsPerSample === 64) return "pcm-f64";
  const format = formatTag === 1 ? integers[Math.ceil(bitsPerSample / 8)] : undefined;
  if (format) return format;
  throw new GolemError(
    "unsupported-codec",
    `${name} states ${bitsPerSample} bits per sample in ${formatTag === 3 ? "float" : "integer"} PCM; expected ${formatTag === 3 ? "32 or 64" : "1 to 32"}.`,
    { hint: "The header is damaged, or the file must be converted to 16-bit PCM first." },
  );
}

/**
 * Determines how samples are read. If block align contradicts channels and bits per sample, or the samples
 * are noise as the header describes them but sound in another layout, the data decide, and a warning is added
 * to the header's.
 */
export async function chooseWavLayout(source: ByteSource, header: WavHeader): Promise<Reading> {
  const { channels, littleEndian, warnings } = header;
  const warn = (title: string): void => {
    warnings.push(
      createWarning(
        "header-overruled",
        `The samples of ${source.name} are noise as its header describes them; they were read as ${title}.`,
        "Convert the file once to get a correct header.",
      ),
    );
  };
  if (header.formatTag === 1 && header.bitsPerSample === 64) {
    const floats = { format: "pcm-f64", channels, slots: getPackedSlots("pcm-f64", channels) } as const;
    const probes = await readProbes(source, header, floats.slots.stride);
    if (areFloats(probes, { ...floats, littleEndian })) {
      warn("floats of 64 bits");
      return { ...floats, littleEndian };
    }
  }
  const layout = await chooseSlots(source, header);
  const reading = { ...layout, littleEndian };
  if (header.formatTag !== 1) return reading;
  const better = findBetterReading(await readProbes(source, header, layout.slots.stride), reading);
  if (!better) return reading;
  warn(better.title);
  return better;
}

async function chooseSlots(source: ByteSource, header: WavHeader): Promise<WavLayout> {
  const { channels, blockAlign, bitsPerSample } = header;
  const format = getStatedFormat(source.name, header);
  const packed: Hypothesis = {
    ...{ format, channels, slots: getPackedSlots(format, channels) },
    title: `${channels} x ${8 * sampleBytes[format]} bits without padding`,
  };
  if (blockAlign === packed.slots.stride) return packed;
  const chosen = await weigh(source, header, packed, listOthers(packed, header));
  const isBlockAlignUsed = chosen.slots.stride === blockAlign;
  const wrong = !isBlockAlignUsed
    ? "the block align is wrong"
    : chosen.channels !== channels
      ? "the number of channels is wrong"
      : chosen.slots.slot > sampleBytes[chosen.format]
        ? "each sample has padding"
        : "the bits per sample are wrong";
  header.warnings.push(
    createWarning(
      "header-overruled",
      `The header of ${source.name} states ${channels} ${channels === 1 ? "channel" : "channels"} of ${bitsPerSample} bits, which are ${packed.slots.stride} bytes per frame, and a block align of ${blockAlign}; by the samples, ${wrong}, so they were read as ${chosen.title}.`,
      "Convert the file once to get a consistent header.",
    ),
  );
  return chosen;
}

/** The layouts that block align allows, besides the packed one. */
function listOthers(packed: Hypothesis, { blockAlign, channels, formatTag }: WavHeader): Hypothesis[] {
  const others: Hypothesis[] = [];
  const width = sampleBytes[packed.format];
  const slot = blockAlign / channels;
  const slots = { stride: blockAlign, slot, lead: 0 };
  if (formatTag === 1 && Number.isInteger(slot) && slot <= 4 && slot >= 1) {
    const title = `${channels} x ${8 * width} bits in slots of ${slot} bytes`;
    if (slot > width && width > 1) {
      others.push({ ...packed, slots, title: `${title}, low-aligned` });
      others.push({ ...packed, slots: { ...slots, lead: slot - width }, title: `${title}, high-aligned` });
    }
    const format = integers[slot]!;
    others.push({ format, channels, slots, title: `${channels} x ${8 * slot} bits` });
  }
  const count = blockAlign / width;
  if (count !== channels && count >= 1 && Number.isInteger(count) && count <= 8) {
    others.push({
      ...packed,
      channels: count,
      slots: getPackedSlots(packed.format, count),
      title: `${count} ${count === 1 ? "channel" : "channels"} of ${8 * width} bits`,
    });
  }
  return others;
}

/** Bytes of samples that are examined, in up to three places. */
const probeBytes = 32_768;
/** Share of frames that must agree. */
const nearlyAll = 0.99;
/**
 * How many times smoother than in the header's layout the samples must be for the header to be wrong.
 */
const clearRatio = 2;

/** Bytes of samples in up to three places that are multiples of `step`. */
async function readProbes(
  source: ByteSource,
  { dataOffset, dataLength }: WavHeader,
  step: number,
): Promise<Uint8Array[]> {
  // A source that is still arriving cannot be read ahead.
  const places =
    Number.isFinite(dataLength) && Number.isFinite(source.byteLength)
      ? [0, 1, 2].map((third) => Math.floor((third * dataLength) / 3 / step) * step)
      : [0];
  const probes: Uint8Array[] = [];
  for (const place of new Set(places)) {
    const length = Math.min(probeBytes, dataLength - place);
    probes.push((await source.read(dataOffset + place, length)).slice());
  }
  return probes;
}

async function weigh(
  source: ByteSource,
  header: WavHeader,
  packed: Hypothesis,
  others: readonly Hypothesis[],
): Promise<Hypothesis> {
  if (others.length === 0) return packed;
  const probes = await readProbes(source, header, header.blockAlign * packed.slots.stride);
  // Silence fits every layout; block align then determines its length.
  const isSilent = probes.every((probe) => probe.every((byte) => byte === 0));
  const padded = others.filter(({ slots, format }) => slots.slot > sampleBytes[format]);
  if (isSilent) return padded[0] ?? packed;
  for (const hypothesis of padded) {
    if (probes.every((probe) => isPadding(probe, hypothesis, header.littleEndian))) return hypothesis;
  }
  const other = others.find(({ channels }) => channels !== packed.channels);
  // Equal channels that are read as one repeat every sample.
  const more = other && other.channels < packed.channels ? packed : other;
  if (more && probes.every((probe) => areEqualChannels(probe, more))) return more;
  const own = others.filter(({ channels }) => channels === packed.channels);
  const isWide = header.formatTag === 1 && sampleBytes[packed.format] === 3 && padded.length > 0;
  // 24 bits in 4 bytes are common, and the fourth byte may contain anything.
  const usual = isWide ? padded[0]! : packed;
  const roughness = (hypothesis: Hypothesis): number =>
    probes.reduce((sum, probe) => sum + measureRoughness(probe, hypothesis, header.littleEndian), 0);
  const possible = [packed, ...own].filter(
    (hypothesis) =>
      hypothesis !== usual &&
      // Padding was searched for; only the usual layout may have other bytes in its place.
      !padded.includes(hypothesis) &&
      (sampleBytes[hypothesis.format] <= sampleBytes[packed.format] ||
        hasNoiseBelow(probes, hypothesis, packed)),
  );
  if (other && header.byteRate === header.sampleRate * other.slots.stride) {
    const least = Math.min(...[usual, ...possible].map(roughness));
    if (roughness(other) < least) return other;
  }
  let best = usual;
  let least = roughness(usual) / clearRatio;
  for (const hypothesis of possible) {
    const rough = roughness(hypothesis);
    if (rough < least) [best, least] = [hypothesis, rough];
  }
  return best;
}

/** Mean difference of neighbouring samples in full-scale white noise, and its tolerance. */
const noiseRoughness: readonly [number, number] = [2 / 3, 0.1];

/** Whether the bytes that only a wider format uses are noise, as in recordings of that width. */
function hasNoiseBelow(probes: readonly Uint8Array[], wide: Hypothesis, packed: Hypothesis): boolean {
  const format = integers[sampleBytes[wide.format] - sampleBytes[packed.format]]!;
  const [noise, tolerance] = noiseRoughness;
  const below = { ...wide, format };
  return probes.every(
    (probe) =>
      Math.abs(measureRoughness(probe, below, true) - noise) <= tolerance * noise || probe.length < 64,
  );
}

/** Whether the bytes around the samples are padding: zeros, or sign extension after low-aligned samples. */
function isPadding(probe: Uint8Array, { slots, format }: Hypothesis, littleEndian: boolean): boolean {
  const { slot, lead } = slots;
  const width = sampleBytes[format];
  // In big-endian files the low bytes follow the high ones.
  const isLow = littleEndian ? lead === 0 : lead > 0;
  const top = littleEndian ? lead + width - 1 : lead;
  const pads = Array.from({ length: slot }, (_, i) => i).filter((i) => i < lead || i >= lead + width);
  let count = 0;
  let agreeing = 0;
  for (let at = 0; at + slot <= probe.length; at += slot) {
    const isEmpty = probe.subarray(at, at + slot).every((byte) => byte === 0);
    if (isEmpty) continue;
    const sign = isLow && probe[at + top]! & 0x80 ? 0xff : 0;
    count++;
    if (pads.every((i) => probe[at + i] === 0 || probe[at + i] === sign)) agreeing++;
  }
  return agreeing >= nearlyAll * count;
}

/** Minimum number of frames that differ from the previous one, so that channels are not equal by chance. */
const smallestEvidence = 16;

/** Whether all channels have the same samples, in frames that differ from the previous one. */
function areEqualChannels(probe: Uint8Array, { slots }: Hypothesis): boolean {
  const { stride, slot } = slots;
  let count = 0;
  let agreeing = 0;
  for (let at = stride; at + stride <= probe.length; at += stride) {
    let isRepeated = true;
    let isEqual = true;
    for (let i = 0; i < stride; i++) {
      isRepeated &&= probe[at + i] === probe[at + i - stride];
      if (i >= slot) isEqual &&= probe[at + i] === probe[at + i - slot];
    }
    if (isRepeated) continue;
    count++;
    if (isEqual) agreeing++;
  }
  return count >= smallestEvidence && agreeing >= nearlyAll * count;
}

/** Mean difference of neighbouring samples, full scale 1; infinite for values of no recording. */
function measureRoughness(
  probe: Uint8Array,
  { format, channels, slots }: Hypothesis,
  littleEndian: boolean,
): number {
  const planes = readSamples(probe, format, littleEndian, channels, slots);
  let sum = 0;
  let count = 0;
  for (const plane of planes) {
    for (let i = 1; i < plane.length; i++) {
      const difference = Math.abs(plane[i]! - plane[i - 1]!);
      if (!(difference < 1e3)) return Number.POSITIVE_INFINITY;
      sum += difference;
    }
    count += Math.max(0, plane.length - 1);
  }
  return count > 0 ? sum / count : Number.POSITIVE_INFINITY;
}
