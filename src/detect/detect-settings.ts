/** The settings of detection; most defaults are derived from the golem's training recordings. */
import { trimParameters } from "../audio/trim.ts";
import { GolemError } from "../core/error.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { deriveThresholds } from "./false-alarms.ts";
import { getTrainingStatistics, isBackground } from "./training-statistics.ts";

/** Options of detection; durations in seconds. All are optional. */
export interface DetectOptions {
  /**
   * Minimum score of an event, 0 to 1. The score is the probability of its label, changed where the sound is
   * clearly like or unlike the training recordings. Default: 0.8, which is optimal if a false alarm costs as
   * much as four misses; the median confidence for held-out recordings if that is lower; and, for classes
   * with a lower threshold at 3 measured false alarms per hour, that threshold.
   */
  readonly threshold?: number | undefined;
  /**
   * Maximum false alarms per hour, in place of `threshold`: the thresholds per class are derived from the
   * golem's scores for other sounds, measured when it was trained.
   */
  readonly falseAlarmsPerHour?: number | undefined;
  /**
   * Length of the windows into which long stretches of sound are split. Default: the median duration of the
   * trimmed training recordings, within 0.3 to 30.
   */
  readonly windowSeconds?: number | undefined;
  /** Distance from one window to the next. Default: a quarter of a window. */
  readonly hopSeconds?: number | undefined;
  /** Silence that ends a stretch of sound. Default: a quarter of a window, within 0.3 to 1. */
  readonly pauseSeconds?: number | undefined;
  /**
   * Longest stretch that is classified as one window, margins included. Default: 1.5 times the 95 % quantile
   * of the durations of the trimmed training recordings.
   */
  readonly maximumSeconds?: number | undefined;
  /** Shortest sound that is classified, and shortest event. Default 0.1. */
  readonly minimumSeconds?: number | undefined;
  /** Events of the same label that are closer than this are merged. Default: the pause. */
  readonly mergeSeconds?: number | undefined;
  /**
   * Whether the gate follows the noise floor, so that steady noise does not open it. Default: true unless the
   * golem has classes of steady sound.
   */
  readonly followsFloor?: boolean | undefined;
}

/** {@link DetectOptions} with all defaults filled in. */
export interface DetectSettings {
  /** The threshold; the lowest one, if there is one per label. */
  readonly threshold: number;
  /** Threshold of each label, in order; default: `threshold`. */
  readonly thresholds?: readonly number[] | undefined;
  /** Minimum score for an event to continue. */
  readonly offThreshold: number;
  readonly windowSeconds: number;
  readonly hopSeconds: number;
  readonly pauseSeconds: number;
  readonly maximumSeconds: number;
  readonly minimumSeconds: number;
  readonly mergeSeconds: number;
  /** Margin on each side of a sound, as in trimming. */
  readonly marginSeconds: number;
  readonly followsFloor: boolean;
}

/**
 * Highest default threshold: the cost of a false alarm over the cost of a false alarm and a miss (Bayes' rule
 * for two actions). False alarms are weighted higher because most sound in a stream belongs to no class.
 */
export const highestThreshold = 0.8;

/**
 * The approximate median of a golem's confidences in held-out recordings (the mean of the bin that contains
 * it); 1 if nothing was held out. It lowers the threshold of golems with low confidences, which would
 * otherwise detect nothing.
 */
function getMedianConfidence({ evaluation }: Pick<GolemModel["document"], "evaluation">): number {
  const bins = evaluation?.calibration?.bins ?? [];
  const half = bins.reduce((sum, { count }) => sum + count, 0) / 2;
  let passed = 0;
  for (const { count, confidence } of bins) {
    passed += count;
    if (passed >= half) return confidence;
  }
  return 1;
}

/**
 * False alarms per hour up to which default thresholds are lowered, if the golem's measurement is long enough
 * for this rate.
 */
const usualFalseAlarms = 3;

/** Gets the default threshold of all classes, before any is lowered. */
export function getUsualThreshold(document: Pick<GolemModel["document"], "evaluation">): number {
  return Math.min(highestThreshold, Math.max(0.001, getMedianConfidence(document)));
}

/** Ratio of the threshold for an event to continue to the threshold for it to start. */
export const offShare = 0.7;

/** Fills in the defaults for a golem; throws `invalid-option` for values out of range. */
export function resolveDetectSettings(
  model: {
    readonly training: GolemModel["training"];
    readonly document: Pick<GolemModel["document"], "evaluation"> &
      Partial<Pick<GolemModel["document"], "labels" | "falseAlarms">>;
  },
  options: DetectOptions = {},
): DetectSettings {
  const statistics = getTrainingStatistics(model);
  const { threshold, thresholds } = resolveThresholds(model.document, options);
  const windowSeconds = check(
    "windowSeconds",
    options.windowSeconds ?? clamp(statistics.medianSeconds, 0.3, 30),
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
  const maximumSeconds = options.maximumSeconds ?? clamp(1.5 * statistics.longSeconds, windowSeconds, 60);
  return {
    threshold,
    ...(thresholds ? { thresholds } : {}),
    offThreshold: offShare * threshold,
    ...{ windowSeconds, hopSeconds, pauseSeconds },
    maximumSeconds: check("maximumSeconds", maximumSeconds, windowSeconds, 60),
    minimumSeconds: check("minimumSeconds", options.minimumSeconds ?? 0.1, 0, 60),
    mergeSeconds: check("mergeSeconds", options.mergeSeconds ?? pauseSeconds, 0, 60),
    marginSeconds: Math.min(trimParameters.marginSeconds, pauseSeconds),
    followsFloor: options.followsFloor ?? !statistics.isSteady,
  };
}

/** Determines the thresholds: the requested one, or one per label if false alarms were measured. */
function resolveThresholds(
  { labels = [], ...document }: Parameters<typeof resolveDetectSettings>[0]["document"],
  { threshold, falseAlarmsPerHour }: DetectOptions,
): Pick<DetectSettings, "threshold" | "thresholds"> {
  const { falseAlarms } = document;
  const collect = (thresholds: readonly number[]) => {
    const reported = thresholds.filter((_, label) => !isBackground(labels[label]!));
    return { threshold: Math.min(...reported), thresholds };
  };
  if (falseAlarmsPerHour === undefined) {
    if (threshold !== undefined) return { threshold: check("threshold", threshold, 0.001, 1) };
    const usual = getUsualThreshold(document);
    const least = falseAlarms?.steps[0]?.perHour ?? Number.POSITIVE_INFINITY;
    if (least > usualFalseAlarms) return { threshold: usual };
    const measured = deriveThresholds({ labels, falseAlarms }, usualFalseAlarms).thresholds;
    return collect(measured.map((own) => Math.min(usual, own)));
  }
  if (threshold !== undefined) {
    throw new GolemError(
      "invalid-option",
      "Both a threshold and a rate of false alarms were given; expected only one of them.",
      {
        hint: "Leave one of them out.",
      },
    );
  }
  check("falseAlarmsPerHour", falseAlarmsPerHour, 1e-6, 1e6);
  return collect(deriveThresholds({ labels, falseAlarms }, falseAlarmsPerHour).thresholds);
}

const clamp = (value: number, minimum: number, maximum: number): number =>
  Math.min(Math.max(value, minimum), maximum);

function check(name: string, value: number, minimum: number, maximum: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw new GolemError("invalid-option", `${name} is ${value}; expected ${minimum} to ${maximum}.`);
}
