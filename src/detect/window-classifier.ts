/**
 * Says of samples in memory what a golem says of a recording of the same samples.
 *
 * Must not know: streams, windows, events.
 */

import { hearSamples } from "../embed/hear-samples.ts";
import type { Listener } from "../embed/hear-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getAudioOf } from "../golem/predict-heard.ts";
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
export function createWindowClassifier(model: GolemModel, listener: Listener): WindowClassifier {
  const { labels, audio } = model.document;
  const settings = getAudioOf(model.document);
  const judge = createWindowJudge(model);
  return {
    labels,
    sampleRate: audio.sampleRate,
    classify: async (samples, signal) =>
      judge(await hearSamples(samples, listener, { audio: settings, signal })),
  };
}
