/**
 * What an evaluation means and how it was measured, in sentences for people: written once for terminal, report, studio and exported page.
 *
 * Not its concern: how it was computed, where the sentences are shown. Pages pass them through `keepPercents`.
 */
import { formatPercent } from "../core/format.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";

/** How far a score can be relied on. */
export type Verdict = "guessing" | "mostlyWrong" | "perhapsWrong" | "useful" | "good";

/** Judges a score by its lower limit. */
export function judgeScore({
  interval: [low, high],
  chance,
}: Pick<Evaluation, "interval" | "chance">): Verdict {
  if (low <= chance) return "guessing";
  if (low < 0.5) return high < 0.5 ? "mostlyWrong" : "perhapsWrong";
  return low < 0.9 ? "useful" : "good";
}

const verdicts: Readonly<Record<Verdict, string>> = {
  guessing: "so far this cannot be told from guessing: it needs more recordings, or another task",
  mostlyWrong:
    "better than guessing, but mostly wrong: more recordings per class, from more speakers, help most",
  perhapsWrong:
    "better than guessing, but maybe wrong more often than right: more recordings per class, from more speakers, help most",
  useful: "useful where a mistake costs little; more recordings per class, from more speakers, help most",
  good: "good; keep testing it on recordings from where it will be used",
};

/** What the score means for use, judged by the lower limit of its interval. */
export function describeVerdict(evaluation: Pick<Evaluation, "interval" | "chance">): string {
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

/** What chance alone gives. */
export function describeChance({ chance }: Pick<Evaluation, "chance">): string {
  return `guessing gives ${formatPercent(chance)}`;
}

/** Stands beside every score on training recordings. */
export const trainedCaution = "which says little";

/** The score on the training recordings, with a caution: over-fitting raises it. */
export function describeTraining({ trainAccuracy }: Pick<Evaluation, "trainAccuracy">): string {
  return `on its own training recordings it is right ${formatPercent(trainAccuracy)} of the time, ${trainedCaution}`;
}

/** Whether speakers were kept apart, and if not, why. */
export function describeGrouping(
  { grouping, groupingReason }: Pick<Evaluation, "grouping" | "groupingReason">,
  apart = "no speaker on both sides of a fold",
): string {
  if (grouping === "speaker") return apart;
  return `speakers not kept apart${groupingReason ? ` (${groupingReason})` : ""}`;
}

/** Folds and repeats, "5 folds, 10 times". */
export function describeFolds(folds: number | undefined, repeats: number): string {
  return `${folds} folds, ${repeats} ${repeats === 1 ? "time" : "times"}`;
}

/** How it was measured, as what follows the word "measured". */
export function describeProtocol(evaluation: Evaluation): string {
  const { protocol, recordings, groupingReason, folds, repeats } = evaluation;
  if (protocol === "held-out") {
    const caution = groupingReason === undefined ? "" : `; ${groupingReason}`;
    return `on ${recordings} recordings held out of training${caution}`;
  }
  return `by cross-validation on ${recordings} recordings (${describeFolds(folds, repeats)}), ${describeGrouping(evaluation)}`;
}
