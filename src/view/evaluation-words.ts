/**
 * What an evaluation means and how it was measured, in words for people.
 *
 * Not its concern: how it was computed, where the words are shown.
 */
import type { Evaluation } from "../evaluate/evaluate.ts";

/** What can be relied on. */
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
  mostlyWrong: "better than guessing, but mostly wrong: more recordings a class, by more speakers, help most",
  perhapsWrong:
    "better than guessing, but maybe wrong more often than right: more recordings a class, by more speakers, help most",
  useful: "useful where a mistake costs little; more recordings a class, by more speakers, help most",
  good: "good; keep testing it on recordings from where it will be used",
};

/** What the score means for somebody who wants to use the golem: judged by the lower limit, what can be relied on. */
export function describeVerdict(evaluation: Evaluation): string {
  return verdicts[judgeScore(evaluation)];
}

/** How it was measured, as what follows the word "measured". */
export function describeProtocol({
  protocol,
  recordings,
  grouping,
  groupingReason,
  folds,
  repeats,
}: Evaluation): string {
  if (protocol === "held-out") {
    const caution = groupingReason === undefined ? "" : `; ${groupingReason}`;
    return `on ${recordings} recordings held out of training${caution}`;
  }
  const base = `by cross-validation on ${recordings} recordings (${folds} folds, ${repeats} times)`;
  return grouping === "speaker"
    ? `${base}, no speaker on both sides of a fold`
    : `${base}, speakers not kept apart${groupingReason ? ` (${groupingReason})` : ""}`;
}
