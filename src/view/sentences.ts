/**
 * What an evaluation means and how it was measured, in sentences shared by terminal, report, studio and
 * exported page.
 *
 * Not its concern: how it was computed, where the sentences are shown. Pages pass them through
 * `keepPercents`.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { formatPercent, formatPoints, formatWhole } from "../core/format.ts";
import { moonshineSizes } from "../encoder/moonshine-sizes.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { LearningCurve } from "../evaluate/learning-curve.ts";
import {
  describeUnmeasured,
  getStanding,
  type Standing,
  standingWords,
  type Unmeasurable,
} from "../evaluate/standing.ts";

/** How far a score can be relied on. */
type Verdict =
  | "guessing"
  | "noMistake"
  | "mostlyWrong"
  | "perhapsWrong"
  | "useful"
  | "good"
  | "onlyKnown"
  | "sameSpeakers"
  | "shortcut"
  | "synthetic";

/** What a verdict depends on. */
interface Judged
  extends Unmeasurable,
    Pick<Evaluation, "interval" | "chance" | "recordings" | "balancedAccuracy"> {
  readonly measuredOn?: Evaluation["measuredOn"] | undefined;
}

/**
 * Judges a score by its lower limit. A score that is not of new recordings is not judged, nor is one without
 * a mistake, which only its interval limits.
 */
export function judgeScore(evaluation: Judged): Verdict {
  const { interval, chance, balancedAccuracy } = evaluation;
  const [low, high] = interval;
  const standing = getStanding(evaluation);
  if (evaluation.measuredOn) return "synthetic";
  if (standing !== undefined) return standing;
  if (balancedAccuracy === 1) return "noMistake";
  if (low <= chance) return "guessing";
  if (low < 0.5) return high < 0.5 ? "mostlyWrong" : "perhapsWrong";
  return low < 0.9 ? "useful" : "good";
}

const verdicts: Readonly<Record<Exclude<Verdict, Standing | "noMistake">, string>> = {
  guessing: "not distinguishable from guessing so far",
  mostlyWrong: "better than guessing, but mostly wrong",
  perhapsWrong: "better than guessing, but possibly wrong more often than right",
  useful: "useful where a mistake costs little",
  synthetic:
    "measured on synthetic voices, which says little about people: record some, as a test set or to train on",
  good: "good; keep testing it on recordings from the place of use",
};

/** What the score means for use, judged by the lower limit of its interval. */
export function describeVerdict(evaluation: Judged): string {
  const verdict = judgeScore(evaluation);
  switch (verdict) {
    case "onlyKnown":
    case "sameSpeakers":
    case "shortcut":
      return describeUnmeasured(evaluation)!;
    case "noMistake":
      return `no mistake yet on ${evaluation.recordings} recordings${
        evaluation.interval[0] <= evaluation.chance
          ? ", which are too few to exclude guessing"
          : `; up to ${formatPercent(1 - evaluation.interval[0])} of answers may still be wrong`
      }`;
    default:
      return verdicts[verdict];
  }
}

/** What would help most, as the forecasts of a learning curve say; follows a full stop. */
export function describeAdvice(
  { advice, points }: Pick<LearningCurve, "advice" | "points">,
  standing?: Standing,
): string {
  if (standing !== undefined) {
    return `How much more recordings would help on ${standingWords[standing].elsewhere} is not measurable either.`;
  }
  switch (advice.kind) {
    case "class":
      return `Most would come from more recordings of ${advice.label}.`;
    case "all":
      return "More recordings of all classes would help.";
    case "other":
      return "More recordings of the same kind would not raise the score; new speakers, rooms and devices may.";
    case "guessing":
      return "Not distinguishable from guessing, so no gain can be forecast: record more, or make the classes differ more.";
    case "no-mistake":
      return `No mistake yet, so no gain can be forecast; more recordings would narrow the interval (now ${describeRange(points.at(-1)!.interval)}).`;
  }
}

/** Follows the score of a headline: says so where no person was heard. */
export function describeVoices({ measuredOn }: Pick<Evaluation, "measuredOn">): string {
  return measuredOn ? ", measured on synthetic voices" : "";
}

/** The two ends of an interval of shares, "71.0 % to 92.0 %". */
export function describeRange([low, high]: readonly [low: number, high: number]): string {
  return `${formatPercent(low)} to ${formatPercent(high)}`;
}

/** "95 % interval 71.0 % to 92.0 %". */
export function describeInterval({ interval }: Pick<Evaluation, "interval">): string {
  return `95 % interval ${describeRange(interval)}`;
}

/** The score of guessing. */
export function describeChance({ chance }: Pick<Evaluation, "chance">): string {
  return `guessing gives ${formatPercent(chance)}`;
}

/** Follows every score on training recordings. */
export const trainedCaution = "which says little";

/** The score on the training recordings, with a caution: over-fitting raises it. */
export function describeTraining({ trainAccuracy }: Pick<Evaluation, "trainAccuracy">): string {
  return `on its own training recordings it is right ${formatPercent(trainAccuracy)} of the time, ${trainedCaution}`;
}

/** Whether folds keep speakers apart, and if not, why. */
export function describeGrouping(
  { grouping, groupingReason, groupedBy }: Pick<Evaluation, "grouping" | "groupingReason" | "groupedBy">,
  apart = "no speaker on both sides of a fold",
): string {
  const reason = groupingReason === undefined ? "" : ` (${groupingReason})`;
  if (groupedBy === "source") {
    return grouping === "speaker"
      ? `${apart.replace("speaker", "source")}${reason}`
      : `sources not kept apart${reason}`;
  }
  if (grouping === "speaker") return apart;
  return `speakers not kept apart${groupingReason ? ` (${groupingReason})` : ""}`;
}

/** Folds and repeats, "5 folds, 10 times". */
export function describeFolds(folds: number | undefined, repeats: number): string {
  return `${folds} folds, ${repeats} ${repeats === 1 ? "time" : "times"}`;
}

/** How it was measured; follows the word "measured". */
export function describeProtocol(evaluation: Evaluation): string {
  const { protocol, recordings, groupingReason, folds, repeats } = evaluation;
  if (protocol === "held-out") {
    const caution = groupingReason === undefined ? "" : `; ${groupingReason}`;
    return `on ${recordings} recordings held out of training${caution}`;
  }
  const { unscoredLabels = [], crossValidated } = evaluation;
  const raised =
    crossValidated === undefined ||
    formatPercent(crossValidated) === formatPercent(evaluation.balancedAccuracy)
      ? ""
      : `; the folds, which train on fewer recordings, scored ${formatPercent(crossValidated)}`;
  const unscored = unscoredLabels.length === 0 ? "" : `; ${describeUnscored(unscoredLabels)}`;
  const sample =
    evaluation.sampledFrom === undefined ? "" : `, a sample of ${formatWhole(evaluation.sampledFrom)}`;
  return `by cross-validation on ${recordings} recordings${sample} (${describeFolds(folds, repeats)}), ${describeGrouping(evaluation)}${unscored}${raised}`;
}

/**
 * The classes that have one recording and so are not scored: "without 9, which has one recording and is
 * trained but not scored".
 */
export function describeUnscored(labels: readonly string[]): string {
  const names = labels.slice(0, 3).join(", ") + (labels.length > 3 ? ` and ${labels.length - 3} more` : "");
  return labels.length === 1
    ? `without ${names}, which has one recording: trained, not scored`
    : `without ${names}, which have one recording each: trained, not scored`;
}

/** Share of the words in the decision from which on a larger recogniser is worth a try. */
const wordyShare = 0.5;
/** Processor time of an encoder set with moonshine-base, relative to the default one. */
const largerCost = "twice";

/**
 * What the larger speech recogniser costs and how to try it, where words carry most of the decision of a
 * golem with the default one; undefined elsewhere.
 */
export function describeLargerEncoder(
  views: readonly { readonly encoder: string; readonly layer: number | string; readonly weight: number }[],
): string | undefined {
  const words = views.filter(({ layer }) => typeof layer === "string");
  const share = words.reduce((sum, { weight }) => sum + weight, 0);
  if (share < wordyShare || words[0]?.encoder !== defaultRecipe.transcriber) return undefined;
  const { id, weights } = moonshineSizes.base;
  return (
    `words carry ${formatPercent(share, 0)} of the decision: try --encoder ${id}, a larger network ` +
    `(${Math.round(weights.downloadBytes / 1e6)} MB to download, about ${largerCost} the computing)`
  );
}

/** The difference of two golems' Brier scores in words. */
export function describeBrier({
  a,
  b,
  interval: [low, high],
}: {
  readonly a: number;
  readonly b: number;
  readonly interval: readonly [low: number, high: number];
}): string {
  const found = low > 0 ? "worse" : high < 0 ? "better" : "neither better nor worse for certain";
  const sign = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
  return `Its probabilities are ${found}: Brier score ${a.toFixed(3)} -> ${b.toFixed(3)} (95 % interval of the difference ${sign(low)} to ${sign(high)}; 0 is best)`;
}

/** Whether the second of two golems is better, and by how much. */
export function describeDifference({
  difference,
  interval: [low, high],
  recordings,
}: {
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
  readonly recordings: number;
}): string {
  const points = (share: number): string => `${share < 0 ? "-" : "+"}${formatPoints(Math.abs(share))}`;
  const found = high < 0 ? "worse" : low > 0 ? "better" : "neither better nor worse for certain";
  return `${found}: ${points(difference)} points of balanced accuracy (95 % interval ${points(low)} to ${points(high)}) on ${recordings} recordings that were held out of both`;
}

/** Which sizes of a learning curve were left out; undefined if none were. */
export function describeLimit({ trainedAtMost }: { readonly trainedAtMost?: number }): string | undefined {
  if (trainedAtMost === undefined) return undefined;
  return `sizes between ${formatWhole(trainedAtMost)} recordings and all of them are not measured`;
}
