/**
 * What an evaluation means and how it was measured, in words for people.
 *
 * Must not know: how it was computed, where the words are shown.
 */
import type { Evaluation } from "./evaluate.ts";

/** What the score means for somebody who wants to use the golem: judged by the lower limit, what can be relied on. */
export function describeVerdict({ interval: [low, high], chance }: Evaluation): string {
  if (low <= chance)
    return "so far this cannot be told from guessing: it needs more recordings, or another task";
  if (low < 0.5) {
    const wrong = high < 0.5 ? "but mostly wrong" : "but maybe wrong more often than right";
    return `better than guessing, ${wrong}: more recordings a class, by more speakers, help most`;
  }
  if (low < 0.9)
    return "useful where a mistake costs little; more recordings a class, by more speakers, help most";
  return "good; keep testing it on recordings from where it will be used";
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
