/**
 * Converts later parts of a joined recording to the sample rate and channels of the first.
 *
 * Not its concern: where parts begin, how they are decoded.
 */
import { createResampler, type Resampler } from "../resampler.ts";

/** Rate and channels of decoded samples. */
interface SampleLayout {
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Converts the chunks of one part; single use. */
export interface FormatAdapter {
  /** Converts the next chunk, one array per channel. */
  push(planes: readonly Float32Array[]): readonly Float32Array[];
  /** Returns the remaining samples of the rate conversion. */
  finish(): readonly Float32Array[];
}

/**
 * Creates the conversion from one rate to another, with `target.channels` output channels. Chunks may have
 * any number of channels: one is copied to all; several are averaged unless their number is that of the
 * target.
 */
export function createFormatAdapter(sampleRate: number, target: SampleLayout): FormatAdapter {
  const { channels } = target;
  if (sampleRate === target.sampleRate) {
    return { push: (planes) => matchChannels(planes, channels), finish: () => [] };
  }
  const resamplers: Resampler[] = Array.from({ length: channels }, () =>
    createResampler(sampleRate, target.sampleRate),
  );
  return {
    push: (planes) => matchChannels(planes, channels).map((plane, i) => resamplers[i]!.push(plane)),
    finish: () => resamplers.map((resampler) => resampler.finish()),
  };
}

/** Converts a chunk to the expected number of channels. */
function matchChannels(planes: readonly Float32Array[], channels: number): readonly Float32Array[] {
  if (planes.length === channels) return planes;
  const mean = new Float32Array(planes[0]?.length ?? 0);
  for (const plane of planes) for (let i = 0; i < mean.length; i++) mean[i]! += plane[i]! / planes.length;
  return Array.from({ length: channels }, () => mean);
}
