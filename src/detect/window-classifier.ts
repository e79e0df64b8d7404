/**
 * Says of samples in memory what a golem says of a recording of the same samples.
 *
 * Not its concern: streams, windows, events.
 */

import { embedSamples } from "../embed/embed-samples.ts";
import type { EncoderSet } from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-embedded.ts";
import { createWindowJudge, type WindowAnswer } from "./window-judge.ts";

/** Says what samples are. Others than {@link createWindowClassifier} may run it on worker threads. */
export interface WindowClassifier {
  readonly labels: readonly string[];
  /** Of the samples it takes, in Hz. */
  readonly sampleRate: number;
  /** Finite mono samples; undefined where there is nothing to hear in them. */
  classify(samples: Float32Array, signal?: AbortSignal): Promise<WindowAnswer | undefined>;
}

/** Joins a golem and its listener. */
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
