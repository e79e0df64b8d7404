/**
 * The validity of a score that does not hold for new recordings by new speakers: the cases, their wording,
 * and what to record so that it can be measured. Shared by terminal, card, report, studio and exported page.
 */
import type { Evaluation } from "./evaluation.ts";

/** The parts of an evaluation that determine whether the score holds for new recordings. */
export interface Unmeasurable {
  readonly sourcesMixed?: true | undefined;
  readonly notMeasured?: Evaluation["notMeasured"] | undefined;
}

/** What the score holds for, if not for new recordings by new speakers. */
export type Standing = "onlyKnown" | "sameSpeakers" | "shortcut";

/** Returns what the score holds for instead of new recordings; undefined if it holds for these. */
export function getStanding({ sourcesMixed, notMeasured }: Unmeasurable): Standing | undefined {
  if (sourcesMixed || notMeasured?.code === "sources-mixed") return "onlyKnown";
  if (!notMeasured || notMeasured.code === "no-speakers") return undefined;
  return notMeasured.code.endsWith("-tells") ? "shortcut" : "sameSpeakers";
}

/** Where the score was measured, and where it is unknown. */
export const standingWords: Readonly<Record<Standing, { readonly on: string; readonly elsewhere: string }>> =
  {
    onlyKnown: { on: "these same sources", elsewhere: "new sources" },
    sameSpeakers: { on: "these same speakers", elsewhere: "new speakers" },
    shortcut: { on: "recordings made like these", elsewhere: "other recordings" },
  };

/**
 * Describes why the score is not measured elsewhere, and what to do, as a clause; undefined if it holds for
 * new recordings.
 */
export function describeUnmeasured(evaluation: Unmeasurable): string | undefined {
  const standing = getStanding(evaluation);
  if (standing === undefined) return undefined;
  const { message } = evaluation.notMeasured ?? {};
  return `on ${standingWords[standing].elsewhere} not measurable${message ? `: ${message}` : ""}; to measure it, ${describeRemedy(evaluation)}`;
}

/** Describes what to record so that the score can be measured. */
function describeRemedy({ notMeasured }: Unmeasurable): string {
  const { code = "sources-mixed", labels = [] } = notMeasured ?? {};
  const shown = labels.slice(0, 3).map((label) => `"${label}"`);
  const classes =
    shown.length === 0
      ? "each class"
      : shown.join(", ") + (labels.length > 3 ? ` and ${labels.length - 3} more` : "");
  switch (code) {
    case "sources-mixed":
      return `record ${classes} from at least two sources`;
    case "same-speakers":
      return "test on speakers who are not in the training set";
    case "no-division":
      return "record each class by more speakers";
    case "duration-tells":
      return "record or cut all classes to the same durations";
    case "loudness-tells":
      return "record all classes equally loud";
    default:
      return code.endsWith("-tells")
        ? "record all classes in the same way, with the same device and in the same place"
        : `record ${classes} by at least two speakers`;
  }
}

/** Returns the name of the score, such as "Held-out balanced accuracy". */
export function describeScoreName(evaluation: Unmeasurable): string {
  const standing = getStanding(evaluation);
  return standing === undefined
    ? "Held-out balanced accuracy"
    : `Balanced accuracy on ${standingWords[standing].on}`;
}

/** Describes the recordings that the score holds for: "held-out recordings", "these same speakers". */
export function describeScored(evaluation: Unmeasurable): string {
  const standing = getStanding(evaluation);
  return standing === undefined ? "held-out recordings" : standingWords[standing].on;
}
