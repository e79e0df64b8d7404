/**
 * Statistics of a golem's training recordings: durations, and whether some classes are steady sounds. The
 * defaults of detection are derived from them, so that windows of a stream resemble the training recordings.
 */
import { expectsSilence } from "../embed/embedded-recording.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { gateParameters } from "./sound-gate.ts";

interface TrainingStatistics {
  /** Median duration of the trimmed recordings, in seconds. */
  readonly medianSeconds: number;
  /** 95 % quantile of the durations of the trimmed recordings, in seconds. */
  readonly longSeconds: number;
  /**
   * Whether there is a class of steady sounds (rain, a motor): in most of its recordings, no level is far
   * enough above their floor to open the gate. For such a golem, the background may be the sound to detect.
   */
  readonly isSteady: boolean;
  /** Mean log-probabilities of tokens; none if the golem does not use words or they were not stored. */
  readonly logprobs: readonly number[];
}

/** Duration assumed for golems without a list of recordings, in seconds. */
const defaultSeconds = 1.5;

/** Computes the statistics of a golem; uses the full durations if those after trimming are not stored. */
export function getTrainingStatistics({ training }: Pick<GolemModel, "training">): TrainingStatistics {
  const recordings = training.recordings.filter(({ label }) => !isBackground(label));
  const seconds = recordings
    .map(({ keptSeconds, seconds }) => keptSeconds ?? seconds)
    .filter((value) => Number.isFinite(value) && value > 0)
    .sort((a, b) => a - b);
  const at = (share: number) => seconds[Math.round((seconds.length - 1) * share)] ?? defaultSeconds;
  const steady = new Map<string, { steady: number; known: number }>();
  for (const { label, dynamicsDb } of recordings) {
    if (dynamicsDb === undefined) continue;
    const count = steady.get(label) ?? { steady: 0, known: 0 };
    count.known++;
    if (dynamicsDb < gateParameters.openAboveFloorDb) count.steady++;
    steady.set(label, count);
  }
  return {
    medianSeconds: at(0.5),
    longSeconds: at(0.95),
    isSteady: [...steady.values()].some((count) => count.steady > count.known / 2),
    logprobs: recordings.flatMap(({ logprob }) => (logprob === undefined ? [] : [logprob])),
  };
}

/** Whether a class is for background sound, which is not reported as events. */
export function isBackground(label: string): boolean {
  return expectsSilence([label]);
}
