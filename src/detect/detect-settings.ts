/**
 * Everything that shapes detection, with its defaults: derived from what the golem was trained on where that tells.
 *
 * Not its concern: streams, encoders.
 */
import { trimParameters } from "../audio/trim.ts";
import { GolemError } from "../core/error.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { getTrainingHabits } from "./training-habits.ts";

/** What can be set; durations in seconds. Everything has a default. */
export interface DetectOptions {
  /** What a stretch has to score to be an event, 0 to 1: the probability of its label, less where it is unlike all classes. Default 0.8, which is right where a false alarm costs as much as four misses; less for a golem that is rarely so sure of held-out recordings: the median of its confidences. */
  readonly threshold?: number | undefined;
  /** Length of the windows that long stretches of sound are heard in. Default: the median of the training recordings, without silence at their ends; 0.3 to 30. */
  readonly windowSeconds?: number | undefined;
  /** From one window to the next. Default: a quarter of a window. */
  readonly hopSeconds?: number | undefined;
  /** Silence that ends a stretch of sound. Default: a quarter of a window, 0.3 to 1. */
  readonly pauseSeconds?: number | undefined;
  /** Longest stretch that is heard as one recording, margins included. Default: one and a half times what 95 % of the training recordings do not exceed. */
  readonly maximumSeconds?: number | undefined;
  /** Shortest sound that is listened to, and shortest event. Default 0.1. */
  readonly minimumSeconds?: number | undefined;
  /** Events of one label that are no further apart are one. Default: the pause. */
  readonly mergeSeconds?: number | undefined;
  /** Whether the gate follows the noise floor, so that steady noise stays unheard. Default: unless the golem has classes of steady sound. */
  readonly followsFloor?: boolean | undefined;
}

/** {@link DetectOptions} with nothing left open. */
export interface DetectSettings {
  readonly threshold: number;
  /** What an event that has begun has to keep. */
  readonly offThreshold: number;
  readonly windowSeconds: number;
  readonly hopSeconds: number;
  readonly pauseSeconds: number;
  readonly maximumSeconds: number;
  readonly minimumSeconds: number;
  readonly mergeSeconds: number;
  /** Kept on each side of a sound, as trimming does. */
  readonly marginSeconds: number;
  readonly followsFloor: boolean;
}

/** Cost of a false alarm over the cost of a false alarm and a miss (Bayes' rule for two actions): in a stream most sound belongs to no class. */
export const highestThreshold = 0.8;

/** About the median of a golem's confidences in held-out recordings (the mean of the bin it lies in), so that one that is seldom sure is not mute; 1 where nothing was held out. */
function getUsualConfidence({ evaluation }: Pick<GolemModel["document"], "evaluation">): number {
  const bins = evaluation?.calibration?.bins ?? [];
  const half = bins.reduce((sum, { count }) => sum + count, 0) / 2;
  let passed = 0;
  for (const { count, confidence } of bins) {
    passed += count;
    if (passed >= half) return confidence;
  }
  return 1;
}

/** What an event keeps of the threshold that it began with. */
const offShare = 0.7;

/** Fills in the defaults for a golem; throws `invalid-option`. */
export function resolveDetectSettings(
  model: {
    readonly training: GolemModel["training"];
    readonly document: Pick<GolemModel["document"], "evaluation">;
  },
  options: DetectOptions = {},
): DetectSettings {
  const habits = getTrainingHabits(model);
  const threshold = check(
    "threshold",
    options.threshold ?? Math.min(highestThreshold, Math.max(0.001, getUsualConfidence(model.document))),
    0.001,
    1,
  );
  const windowSeconds = check(
    "windowSeconds",
    options.windowSeconds ?? clamp(habits.typicalSeconds, 0.3, 30),
    0.1,
    60,
  );
  const hopSeconds = check("hopSeconds", options.hopSeconds ?? windowSeconds / 4, 0.02, windowSeconds);
  const pauseSeconds = check(
    "pauseSeconds",
    options.pauseSeconds ?? clamp(windowSeconds / 4, 0.3, 1),
    0.05,
    10,
  );
  const longest = options.maximumSeconds ?? clamp(1.5 * habits.longSeconds, windowSeconds, 60);
  return {
    threshold,
    offThreshold: offShare * threshold,
    ...{ windowSeconds, hopSeconds, pauseSeconds },
    maximumSeconds: check("longestSeconds", longest, windowSeconds, 60),
    minimumSeconds: check("minimumSeconds", options.minimumSeconds ?? 0.1, 0, 60),
    mergeSeconds: check("mergeSeconds", options.mergeSeconds ?? pauseSeconds, 0, 60),
    marginSeconds: Math.min(trimParameters.marginSeconds, pauseSeconds),
    followsFloor: options.followsFloor ?? !habits.isSteady,
  };
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

function check(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new GolemError("invalid-option", `${name} is ${value}; expected ${least} to ${most}.`);
}
