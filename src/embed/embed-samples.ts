/**
 * Embeds a stretch of samples of a stream exactly as `embedSource` embeds a recording of the same samples:
 * trimmed, in windows, by every encoder and the transcriber. No facts are computed.
 *
 * Not its concern: where the samples come from, labels.
 */
import type { AudioSettings } from "../audio/audio.ts";
import { computeKeptSamples, createLevelMeter, isSilent } from "../audio/trim.ts";
import { computeWindowBounds } from "../audio/windows.ts";
import {
  type EmbeddedSamples,
  type EncoderSet,
  embedWindows,
  getAudioSettings,
  getSampleRate,
  minimumSeconds,
} from "./embed-source.ts";

/** Options of {@link embedSamples}. */
export interface EmbedSamplesOptions {
  readonly audio?: Partial<AudioSettings> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Embeds finite mono samples at the encoders' sample rate. Resolves with undefined where all is silent, or
 * less than 20 ms is left. Rejects with the errors of encoders, with `invalid-option` or `aborted`.
 */
export async function embedSamples(
  samples: Float32Array,
  encoderSet: EncoderSet,
  { audio, signal }: EmbedSamplesOptions = {},
): Promise<EmbeddedSamples | undefined> {
  const settings = getAudioSettings(getSampleRate(encoderSet), audio);
  const { sampleRate, windowSeconds } = settings;
  const meter = createLevelMeter(sampleRate);
  meter.push(samples);
  const powers = meter.finish();
  if (isSilent(powers)) return undefined;
  const [start, end] = settings.trim
    ? computeKeptSamples(powers, meter.frameSamples, samples.length, sampleRate)
    : [0, samples.length];
  if (end - start < minimumSeconds * sampleRate) return undefined;
  const bounds = computeWindowBounds(start, end, Math.round(windowSeconds * sampleRate));
  const windows = bounds.slice(1).map((to, i) => samples.subarray(bounds[i]!, to));
  return embedWindows(windows, encoderSet, "a stretch of the stream", signal);
}
