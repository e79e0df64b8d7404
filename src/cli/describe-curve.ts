/**
 * Formats a learning curve as text for the terminal.
 *
 * Not its concern: how it was computed, where it is shown.
 */
import { formatPercent, formatWhole } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import { listForecasts } from "../evaluate/advice.ts";
import type { ClassGain, LearningCurveForecast } from "../evaluate/learning-curve.ts";
import { describeScoreName, describeUnmeasured, getStanding } from "../evaluate/standing.ts";
import {
  describeAdvice,
  describeGrouping,
  describeLimit,
  describeRange,
  describeUnscored,
} from "../view/sentences.ts";
import type { DatasetCurve } from "../workflow/measure-curve.ts";
import { choosePlotSize, describeLine, describeScale } from "./text-plot.ts";
import { wrapIndented } from "./text-table.ts";

/** Formats a gain as "+4", "-1" or "+0.4": whole points from 1 on. */
function describePoints(gain: number): string {
  const points = 100 * gain;
  const text = Math.abs(points) < 0.95 ? points.toFixed(1) : points.toFixed(0);
  const plain = /^-0(\.0)?$/.test(text) ? text.slice(1) : text;
  return plain.startsWith("-") ? plain : `+${plain}`;
}

const describeInterval = ([low, high]: readonly [number, number]): string =>
  `(95 % ${describePoints(low)} to ${describePoints(high)})`;

const capitalise = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;

/**
 * Minimum number of columns of the terminal for intervals in numbers; number of columns before the plot, and
 * after it with and without them.
 */
const leastForIntervals = 92;
const [countWidth, intervalWidth, scoreWidth] = [12, 42, 9];

/** Maximum number of classes named in the advice. */
const classesShown = 3;
/** Maximum difference of gains, in balanced accuracy, that are treated as equal. */
const negligible = 0.0005;

/** Formats the curve and the gain from more recordings as lines. */
export function describeCurve(
  curve: DatasetCurve,
  {
    bold,
    dim,
    width,
  }: { bold(text: string): string; dim(text: string): string; readonly width?: number | undefined },
): string[] {
  // The plot shows both ends of the interval if there is room for numbers or for a legible plot.
  const hasIntervals = width === undefined || width >= leastForIntervals;
  const size = choosePlotSize(countWidth + (hasIntervals ? intervalWidth : scoreWidth), width);
  const wrap = (text: string, indent = 0) => wrapIndented(text, indent, width);
  const { points, chance, recordings } = curve;
  const { crossValidated, trainedPerClass, balancedAccuracy: score } = points.at(-1)!;
  const limit = describeLimit(curve);
  const row = (count: string, plot: string, text: string): string =>
    `${count.padStart(10)}  ${plot}  ${text}`;
  const standing = getStanding(curve);
  const coming = listForecasts(curve, standing === undefined);
  const isForecast = coming.length > 0;
  const isWorth = isForecast && curve.advice.kind !== "other";
  const describeRaise = (): string =>
    crossValidated === undefined || formatPercent(crossValidated) === formatPercent(score)
      ? ""
      : `; its folds, which train on about ${formatWhole(trainedPerClass ?? 0)} per class, scored ${formatPercent(crossValidated)}`;
  return [
    bold(`${describeScoreName(curve)} by training recordings per class`),
    row("recordings", describeScale(size), "").trimEnd(),
    ...points.map(({ recordingsPerClass, balancedAccuracy, interval }) =>
      row(
        formatWhole(recordingsPerClass),
        describeLine({ chance, interval, stroke: "-", marks: [["o", balancedAccuracy]] }, size),
        `${formatPercent(balancedAccuracy)}${hasIntervals ? `  (${describeRange(interval)})` : ""}`,
      ).trimEnd(),
    ),
    ...coming.map(({ recordingsPerClass, balancedAccuracy, interval }) =>
      dim(
        row(
          formatWhole(recordingsPerClass),
          describeLine({ chance, interval, stroke: "~", marks: [["?", balancedAccuracy]] }, size),
          `${formatPercent(balancedAccuracy)}${hasIntervals ? `  (${describeRange(interval)}), forecast` : ""}`,
        ),
      ),
    ),
    ...[
      `o measured on the held-out sides of folds of ${recordings} recordings, ${describeGrouping(curve, "no speaker on both sides")}; --- 95 % interval; : guessing${isForecast ? "; ? ~~~ forecast by a model" : ""}`,
      curve.testRecordings === undefined
        ? `the last o is the score of \`golem train\`${describeRaise()}`
        : `the last o is of all training recordings${describeRaise()}; \`golem train\` states its score on the ${curve.testRecordings} test recordings, which are not used here`,
      ...(limit ? [limit] : []),
      ...(curve.unscoredLabels ? [describeUnscored(curve.unscoredLabels)] : []),
    ].flatMap((text) => wrap(text, 2).map(dim)),
    "",
    ...[
      ...(standing === undefined ? [] : [`${capitalise(describeUnmeasured(curve)!)}.`]),
      ...describeForecast(coming.find(({ growth }) => growth >= 2) ?? coming.at(-1)),
      ...(isWorth ? describeClassGains(curve.classGains) : []),
      describeAdvice(curve, standing),
      ...(isWorth ? ["New speakers, rooms or devices usually gain more than this forecast."] : []),
    ].flatMap((text) => wrap(text)),
  ];
}

function describeForecast(forecast: LearningCurveForecast | undefined): string[] {
  if (!forecast) return [];
  const { growth, recordings, gain, gainInterval, balancedAccuracy } = forecast;
  return [
    `With ${growth} times the recordings (${recordings}, of the same kind) expect about ${describePoints(gain)} points ${describeInterval(gainInterval)}: ${formatPercent(balancedAccuracy)}.`,
  ];
}

/**
 * Describes the gain from each class. A class that would outgrow the others gains almost nothing
 * (runs/results/class-gain.md); only the first of these is shown.
 */
function describeClassGains(gains: readonly ClassGain[]): string[] {
  const sentences = gains
    .filter(({ outgrows }) => !outgrows)
    .slice(0, classesShown)
    .map(
      ({ label, added, gain, interval }) =>
        `With ${added} more recordings of ${makePrintable(label)} expect about ${describePoints(gain)} points ${describeInterval(interval)}.`,
    );
  const [first] = gains;
  if (sentences.length > 0 || !first) return sentences;
  const reason = first.gain - gains.at(-1)!.gain < negligible ? "most often missed" : "that would gain most";
  return [
    `With ${first.added} more recordings of ${makePrintable(first.label)}, the class ${reason}, expect at most about ${describePoints(first.gain)} points ${describeInterval(first.interval)}: it would outgrow the other classes, which gained almost nothing on real recordings. Add to all classes.`,
  ];
}
