/**
 * Findings: what is wrong with a data set, as plain data.
 *
 * Must not know: how anything is found, who shows it.
 */

/** How much harm: severe findings make a score worthless, warnings move it, notes are good to know. */
export type Severity = "severe" | "warning" | "note";

/** What a finding is about. */
export type FindingKind =
  | "likely-mislabelled"
  | "near-duplicate"
  | "silent"
  | "quiet"
  | "clipped"
  | "dc-offset"
  | "too-short"
  | "too-long"
  | "sample-rate-mixture"
  | "confounded"
  | "one-speaker"
  | "shared-speaker"
  | "imbalanced"
  | "too-few"
  | "unseen-label"
  | "unreadable"
  | "damaged";

/** A recording whose label is doubted. */
export interface LabelSuspicion {
  readonly file: string;
  readonly label: string;
  /** What it sounds like. */
  readonly suggested: string;
  /** Probability of the suggested label, from a classifier that did not learn from this recording. */
  readonly confidence: number;
}

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The recordings it is about, worst first; empty where it is about the data set as a whole. */
  readonly files: readonly string[];
  /** What was found, and what it does to the score. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** One a file, of `likely-mislabelled`. */
  readonly suspicions?: readonly LabelSuspicion[];
}

/** "1 recording", "3 recordings". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share in whole per cent. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Names joined: at most `most`, and how many more. */
export function listNames(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
