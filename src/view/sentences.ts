/**
 * What an evaluation means and how it was measured, in sentences shared by terminal, report, studio and
 * exported page.
 *
 * Not its concern: how it was computed, where the sentences are shown. Pages pass them through
 * `keepPercents`.
 */
import { formatPercent, formatPoints } from "../core/format.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";

/** How far a score can be relied on. */
type Verdict = "guessing" | "mostlyWrong" | "perhapsWrong" | "useful" | "good" | "onlyKnown" | "sameSpeakers";

/** What a verdict depends on. */
type Judged = Pick<Evaluation, "interval" | "chance" | "sourcesMixed" | "notMeasured">;

/**
 * Judges a score by its lower limit. A score on sources that were also trained on says nothing about new
 * sources.
 */
export function judgeScore({ interval: [low, high], chance, sourcesMixed, notMeasured }: Judged): Verdict {
  if (low <= chance) return "guessing";
  if (sourcesMixed) return "onlyKnown";
  if (notMeasured && notMeasured.code !== "no-speakers") return "sameSpeakers";
  if (low < 0.5) return high < 0.5 ? "mostlyWrong" : "perhapsWrong";
  return low < 0.9 ? "useful" : "good";
}

const verdicts: Readonly<Record<Verdict, string>> = {
  guessing: "not distinguishable from guessing so far: it needs more recordings, or another task",
  mostlyWrong:
    "better than guessing, but mostly wrong: more recordings per class, from more speakers, help most",
  perhapsWrong:
    "better than guessing, but possibly wrong more often than right: more recordings per class, from more speakers, help most",
  useful: "useful where a mistake costs little; more recordings per class, from more speakers, help most",
  onlyKnown:
    "this is the score on sources it was trained on and says nothing about new ones: record each class from several sources",
  sameSpeakers:
    "this is the score on the speakers it was trained on; on new speakers it cannot be measured: record each class by at least two speakers",
  good: "good; keep testing it on recordings from the place of use",
};

/** What the score means for use, judged by the lower limit of its interval. */
export function describeVerdict(evaluation: Judged): string {
  return verdicts[judgeScore(evaluation)];
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
  const unscored =
    unscoredLabels.length === 0
      ? ""
      : `; without ${unscoredLabels.length === 1 ? "the class" : `the ${unscoredLabels.length} classes`} of one recording (${unscoredLabels.slice(0, 3).join(", ")}${unscoredLabels.length > 3 ? " ..." : ""})`;
  return `by cross-validation on ${recordings} recordings (${describeFolds(folds, repeats)}), ${describeGrouping(evaluation)}${unscored}${raised}`;
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
