/**
 * What a golem is used to: how long its training recordings are, and whether some of its classes sound without pause. From these come
 * the defaults of detection, so that a stretch of a stream is heard like a recording it was trained on.
 *
 * Not its concern: audio, encoders, streams.
 */
import { welcomesSilence } from "../embed/embedded-recording.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { gateParameters } from "./sound-gate.ts";

/** What training.json tells of a golem's recordings. */
export interface TrainingHabits {
  /** Median of what trimming kept of the recordings, in seconds. */
  readonly typicalSeconds: number;
  /** What 95 % of them do not exceed, in seconds. */
  readonly longSeconds: number;
  /**
   * Whether there is a class most recordings of which never rise from their own floor by what opens the gate (rain, a motor): for
   * such a golem the background may be what it is to tell.
   */
  readonly isSteady: boolean;
  /** Mean log-probability of tokens that 95 % of the recordings exceed; undefined where words do not count, or it was not kept. */
  readonly unclearLogprob: number | undefined;
}

/** Stands in for golems without a list of recordings, in seconds. */
const defaultSeconds = 1.5;

/** Reads them off a golem; of golems that do not say what was kept, off the recordings' durations. */
export function getTrainingHabits({ training }: Pick<GolemModel, "training">): TrainingHabits {
  const recordings = training.recordings.filter(({ label }) => !isBackground(label));
  const seconds = recordings
    .map(({ keptSeconds, seconds }) => keptSeconds ?? seconds)
    .filter((value) => Number.isFinite(value) && value > 0)
    .sort((a, b) => a - b);
  const at = (share: number) => seconds[Math.round((seconds.length - 1) * share)] ?? defaultSeconds;
  const logprobs = recordings
    .flatMap(({ logprob }) => (logprob === undefined ? [] : [logprob]))
    .sort((a, b) => a - b);
  const steady = new Map<string, { steady: number; known: number }>();
  for (const { label, dynamicsDb } of recordings) {
    if (dynamicsDb === undefined) continue;
    const count = steady.get(label) ?? { steady: 0, known: 0 };
    count.known++;
    if (dynamicsDb < gateParameters.openAboveFloorDb) count.steady++;
    steady.set(label, count);
  }
  return {
    typicalSeconds: at(0.5),
    longSeconds: at(0.95),
    isSteady: [...steady.values()].some((count) => count.steady > count.known / 2),
    unclearLogprob: logprobs[Math.round((logprobs.length - 1) * 0.05)],
  };
}

/** Whether a class stands for what is not to be reported. */
export function isBackground(label: string): boolean {
  return welcomesSilence([label]);
}
