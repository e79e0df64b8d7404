/**
 * Findings: what is wrong with a data set, as plain data.
 *
 * Not its concern: how anything is found, who shows it.
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

/** What a message says, as data, so that it can be said in other languages: a case, and its numbers and names. Shares are from 0 to 1. */
export type FindingReason =
  | {
      readonly code: "doubted";
      readonly count: number;
      readonly share: number;
      readonly file: string;
      readonly label: string;
      readonly suggested: string;
      readonly confidence: number;
    }
  | { readonly code: "copies-other-label"; readonly files: string; readonly labels: string }
  | {
      readonly code: "copies-other-side" | "copies-counted-once" | "copies-one-voice" | "copies";
      readonly files: string;
    }
  | { readonly code: "silent" | "clipped" | "dc-offset"; readonly count: number }
  | { readonly code: "quiet"; readonly count: number; readonly peakDb: number }
  | {
      readonly code: "too-short" | "too-long";
      readonly count: number;
      readonly limitSeconds: number;
      readonly medianSeconds: number;
    }
  /** `rates`: "33 x 16000 Hz, 2 x 8000 Hz". */
  | { readonly code: "rates-heard" | "rates-not-heard"; readonly rates: string }
  | {
      readonly code: "nuisance-tells" | "nuisance-may-tell" | "speaker-tells";
      readonly nuisance: NuisanceId;
      readonly share: number;
      readonly chance: number;
    }
  | {
      readonly code: "class-given-away";
      readonly nuisance: NuisanceId;
      readonly label: string;
      readonly count: number;
      readonly size: number;
      readonly others: number;
      readonly value: string;
    }
  | { readonly code: "one-speaker"; readonly speaker: string }
  | { readonly code: "speakers-mixed" }
  | { readonly code: "shared-speakers"; readonly count: number; readonly speakers: string }
  | { readonly code: "one-class"; readonly classes: number }
  | { readonly code: "single-recordings" | "unseen-labels"; readonly labels: string }
  | { readonly code: "few-recordings"; readonly labels: string; readonly few: number }
  | {
      readonly code: "uneven" | "very-uneven";
      readonly largest: string;
      readonly most: number;
      readonly smallest: string;
      readonly least: number;
    }
  | { readonly code: "unreadable" | "damaged"; readonly count: number };

/** What may go along with a label. */
export type NuisanceId =
  | "speaker"
  | "format"
  | "rate"
  | "channels"
  | "loudness"
  | "duration"
  | "noise"
  | "offset";

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The recordings it is about, worst first; empty where it is about the data set as a whole. */
  readonly files: readonly string[];
  /** What was found, and what it does to the score. */
  readonly message: string;
  /** The same as data. */
  readonly reason: FindingReason;
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
