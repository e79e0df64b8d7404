/**
 * Classifies samples in memory, like a recording with the same samples.
 *
 * Not its concern: streams, how windows are planned, events.
 */

import { embedSamples } from "../embed/embed-samples.ts";
import type { EncoderSet } from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { createWindowJudge, type WindowAnswer } from "./window-judge.ts";

/**
 * Classifies windows; besides {@link createWindowClassifier} there are implementations that use worker
 * threads.
 */
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
