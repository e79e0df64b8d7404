/**
 * What a score means and how it was measured, in the chosen language.
 *
 * Not its concern: how scores are judged (view/sentences.ts), where the words are shown.
 */
import type { GolemDocument } from "../../golem/golem-document.ts";
import { formatShare } from "../../view/format.ts";
import { judgeScore } from "../../view/sentences.ts";
import { words } from "./language.ts";

type Evaluated = NonNullable<GolemDocument["evaluation"]>;

/** Code of the reason why nothing is known of new recordings, and the classes it is about. */
export function readReason({ notMeasured }: Evaluated): [code: string, names: readonly string[]] {
  return [notMeasured?.code ?? "sources-mixed", notMeasured?.labels ?? []];
}

/** What the score means for use. */
export function describeMeaning(evaluation: Evaluated): string {
  const w = words.value.result;
  const verdict = judgeScore(evaluation);
  switch (verdict) {
    case "onlyKnown":
    case "sameSpeakers":
    case "shortcut":
      return w.unmeasured(...readReason(evaluation));
    case "noMistake":
      return w.noMistake(
        evaluation.recordings,
        evaluation.interval[0] > evaluation.chance ? 1 - evaluation.interval[0] : undefined,
      );
    default:
      return w.verdicts[verdict];
  }
}

/** How the score was measured. */
export function describeMeasure(evaluation: Evaluated): string {
  const w = words.value.result;
  const { folds, repeats, crossValidated } = evaluation as Partial<
    Record<"folds" | "repeats" | "crossValidated", number>
  >;
  if (evaluation.protocol === "held-out") return w.howTest(evaluation.recordings);
  const how = w.how(evaluation.recordings, folds ?? 5, repeats ?? 1);
  if (crossValidated === undefined) return how;
  const isRaised = formatShare(crossValidated) !== formatShare(evaluation.balancedAccuracy);
  return isRaised ? `${how} ${w.raised(crossValidated)}` : how;
}
