/**
 * Classifies samples in memory, with the same result as for a recording with these samples.
 *
 * Not its concern: how windows are planned.
 */

import type { AudioSettings } from "../audio/audio.ts";
import { computeKeptSamples, createLevelMeter, isSilent } from "../audio/trim.ts";
import { computeWindowBounds } from "../audio/windows.ts";
import type { EncoderSet } from "../embed/embed-source.ts";
import {
  type EmbeddedSamples,
  embedWindows,
  getAudioSettings,
  getSampleRate,
  minimumSeconds,
} from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { createWindowJudge, type WindowAnswer } from "./window-judge.ts";

/** Classifies windows; implemented by {@link createWindowClassifier}, and with worker threads. */
export interface WindowClassifier {
  readonly labels: readonly string[];
  /** Sample rate of the samples, in Hz. */
  readonly sampleRate: number;
  /** Classifies finite mono samples; resolves with undefined if they are silent. */
  classify(samples: Float32Array, signal?: AbortSignal): Promise<WindowAnswer | undefined>;
}

/** Creates a classifier from a golem and its encoder set. */
export function createWindowClassifier(model: GolemModel, encoderSet: EncoderSet): WindowClassifier {
  const { labels, audio } = model.document;
  const settings = getAudioOf(model.document);
  const judge = createWindowJudge(model);
  return {
    labels,
    sampleRate: audio.sampleRate,
    classify: async (samples, signal) =>
      judge(await embedSamples(samples, encoderSet, { audio: settings, signal })),
  };
}

interface EmbedSamplesOptions {
  readonly audio?: Partial<AudioSettings> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Embeds finite mono samples at the encoders' sample rate. Resolves with undefined if all samples are silent,
 * or less than 20 ms remains after trimming. Rejects with the errors of encoders, with `invalid-option` or
 * `aborted`.
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
