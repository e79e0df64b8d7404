/**
 * Thresholds per class for a stated rate of false alarms, from sounds of no class of the golem.
 *
 * Not its concern: how these sounds are made and classified.
 *
 * Each class has a scale of its own: the log-odds of its score, minus their 75 % quantile over the sounds,
 * divided by the distance to the 95 % quantile, both shrunk halfway to the mean of all classes. All classes
 * share one level on that scale. With n sounds, the k-th highest level is exceeded by another sound of the
 * same kind with probability k / (n + 1) (Vovk et al. 2005, conformal prediction), so the rate at that level
 * is k per duration that the sounds represent, and no rate below one per this duration can be guaranteed.
 * Thresholds chosen separately per class could guarantee only a rate that is multiplied by the number of
 * classes.
 */
import { GolemError } from "../core/error.ts";
import { formatPercent } from "../core/format.ts";
import type { FalseAlarmAccount, GolemDocument } from "../golem/golem-document.ts";
import { isBackground } from "./training-statistics.ts";

/** Sounds that open the gate per hour of the streams that rates refer to: four per minute. */
export const soundsPerHour = 240;

/** Minimum distance of scores from 0 and 1, where log-odds are infinite. */
const smallest = 1e-9;
/** Minimum width of a class's scale, in log-odds. */
const minimumSpread = 0.25;
/** Number of highest levels that are all stored; of the others, every fifth is stored. */
const detailedLevels = 60;
const maximumLevels = 200;

/** A classified sound. */
export interface JudgedSound {
  /** Score of each label, as in detection; NaN for labels that the classifier did not have. */
  readonly scores: readonly number[];
}

interface FalseAlarmInput {
  readonly labels: readonly string[];
  /** Sounds of no class, by kind. */
  readonly sounds: Readonly<Record<keyof FalseAlarmAccount["sounds"], readonly JudgedSound[]>>;
  /** Their median familiarity; undefined if it was not measured. */
  readonly familiarity?: number | undefined;
  /** Held-out predictions for training recordings, with the index of their label. */
  readonly heldOut: readonly (JudgedSound & { readonly truth: number })[];
}

/** Summarises the sounds for a golem's document; undefined if there are fewer than ten. */
export function summariseFalseAlarms({
  labels,
  sounds,
  familiarity,
  heldOut,
}: FalseAlarmInput): FalseAlarmAccount | undefined {
  const all = Object.values(sounds).flat();
  if (all.length < 10) return undefined;
  const scales = computeScales(all, labels.length);
  const getLevel = ({ scores }: JudgedSound, reported?: number): number => {
    let best = -1;
    for (const [c, score] of scores.entries()) if (!(score <= (scores[best] ?? -1)) && score >= 0) best = c;
    if (best < 0 || isBackground(labels[best]!) || (reported !== undefined && best !== reported)) {
      return Number.NEGATIVE_INFINITY;
    }
    return (toLogOdds(scores[best]!) - scales.centre[best]!) / scales.spread[best]!;
  };
  const levels = all.map((sound) => getLevel(sound)).sort((a, b) => b - a);
  const reported = heldOut.filter(({ truth }) => !isBackground(labels[truth]!));
  const found = reported.map((sound) => getLevel(sound, sound.truth));
  const steps = levels.flatMap((level, i) => {
    if (level === Number.NEGATIVE_INFINITY || (i >= detailedLevels && i % 5 > 0)) return [];
    const missed = found.filter((own) => own < level).length / Math.max(1, found.length);
    return { level, perHour: ((i + 1) * soundsPerHour) / all.length, missed };
  });
  if (steps.length === 0) return undefined;
  return {
    soundsPerHour,
    sounds: { others: sounds.others.length, pieces: sounds.pieces.length, noise: sounds.noise.length },
    ...(familiarity === undefined ? {} : { familiarity }),
    heldOut: reported.length,
    ...scales,
    steps: steps.slice(0, maximumLevels),
  };
}

/** Centre and width of each class's scale, in log-odds. */
function computeScales(
  all: readonly JudgedSound[],
  classes: number,
): { readonly centre: number[]; readonly spread: number[] } {
  const quantiles = Array.from({ length: classes }, (_, c) => {
    const own = all.flatMap(({ scores }) => (scores[c]! >= 0 ? [toLogOdds(scores[c]!)] : []));
    own.sort((a, b) => a - b);
    const at = (share: number) => own[Math.round((own.length - 1) * share)] ?? 0;
    return { centre: at(0.75), spread: Math.max(minimumSpread, at(0.95) - at(0.75)) };
  });
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / classes;
  const centre = average(quantiles.map((own) => own.centre));
  const spread = average(quantiles.map((own) => own.spread));
  return {
    centre: quantiles.map((own) => (own.centre + centre) / 2),
    spread: quantiles.map((own) => (own.spread + spread) / 2),
  };
}

function toLogOdds(score: number): number {
  const inside = Math.min(1 - smallest, Math.max(smallest, score));
  return Math.log(inside / (1 - inside));
}

/** Thresholds for a rate of false alarms. */
export interface FalseAlarmThresholds {
  /** In the order of the labels. */
  readonly thresholds: readonly number[];
  /** The measured rate at these thresholds; at most the requested rate. */
  readonly perHour: number;
  /** Share of held-out training recordings that score less; undefined if none were held out. */
  readonly missed: number | undefined;
}

/**
 * Derives thresholds at which at most `perHour` false alarms per hour were measured. Throws `invalid-option`
 * if the golem has no such measurement, or it is too short for the rate.
 */
export function deriveThresholds(
  { labels, falseAlarms }: Pick<GolemDocument, "labels" | "falseAlarms">,
  perHour: number,
): FalseAlarmThresholds {
  if (!falseAlarms) {
    throw new GolemError(
      "invalid-option",
      "A rate of false alarms was requested, but this golem has no measurement of false alarms: it is from an earlier version, was trained with --negatives 0, or has too few recordings.",
      { hint: "Train it again, or give --threshold instead." },
    );
  }
  const { steps, centre, spread, heldOut } = falseAlarms;
  if (centre.length !== labels.length || spread.length !== labels.length) {
    throw new GolemError(
      "golem-damaged",
      "The measurement of false alarms in golem.json is for other labels.",
    );
  }
  const step = steps.findLast((one) => one.perHour <= perHour * (1 + 1e-9));
  if (!step) {
    const least = steps[0]!.perHour;
    throw new GolemError(
      "invalid-option",
      `At most ${describeRate(perHour)} was requested; this golem was measured on ${describeHours(falseAlarms)}, so the lowest rate that can be guaranteed is ${describeRate(least)}.`,
      {
        hint: `Request ${ceilRate(least)}/h or more, train with more --negatives, or give --threshold instead.`,
      },
    );
  }
  const thresholds = labels.map((_, c) => {
    const odds = centre[c]! + spread[c]! * step.level;
    return Math.min(1, Math.max(0.001, 1 / (1 + Math.exp(-odds))));
  });
  return { thresholds, perHour: step.perHour, missed: heldOut > 0 ? step.missed : undefined };
}

const ceilRate = (perHour: number): number => Math.ceil(100 * perHour) / 100;

/** Describes a rate in words: "1 per hour", "10 per day". */
function describeRate(perHour: number): string {
  const isHourly = perHour >= 1;
  const rate = formatShort(isHourly ? perHour : 24 * perHour);
  return `${rate} false ${rate === "1" ? "alarm" : "alarms"} per ${isHourly ? "hour" : "day"}`;
}

const formatShort = (value: number): string => String(Number(value.toPrecision(2)));

/** Describes the duration that the measurement represents. */
function describeHours({ sounds, soundsPerHour }: FalseAlarmAccount): string {
  const { others, pieces, noise } = sounds;
  const count = others + pieces + noise;
  const kinds = [
    ...(others > 0 ? [`${others} recordings of classes left out`] : []),
    ...(pieces > 0 ? [`${pieces} pieces of recordings`] : []),
    ...(noise > 0 ? [`${noise} noises`] : []),
  ];
  return `${count} sounds (${kinds.join(", ")}), which represent ${formatShort(count / soundsPerHour)} hours at ${soundsPerHour} sounds per hour`;
}

/**
 * Describes the requested rate, the thresholds, and how they were measured. Throws as
 * {@link deriveThresholds}.
 */
export function describeThresholds(
  document: Pick<GolemDocument, "labels" | "falseAlarms">,
  perHour: number,
): string {
  const { thresholds, missed, ...measured } = deriveThresholds(document, perHour);
  const own = document.labels.flatMap((label, c) =>
    isBackground(label) ? [] : [`${label} ${formatThreshold(thresholds[c]!)}`],
  );
  const misses =
    missed === undefined
      ? ""
      : ` ${formatPercent(missed)} of the held-out recordings score less or as another class, without noise.`;
  return `At most ${describeRate(perHour)} was requested; thresholds: ${own.join(", ")}. Measured at training: ${describeRate(measured.perHour)} on ${describeHours(document.falseAlarms!)}.${misses}`;
}

/** Formats a threshold with three digits, or as many as distinguish it from 1. */
function formatThreshold(threshold: number): string {
  const digits = Math.max(3, Math.min(9, Math.ceil(-Math.log10(Math.max(1e-9, 1 - threshold))) + 1));
  return threshold.toFixed(digits);
}
