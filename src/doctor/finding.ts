/**
 * Findings: faults of a data set, as plain data.
 *
 * Not its concern: how anything is found, the wording in any language (finding-words.ts has the English one).
 */

/** Severity: severe findings make a score worthless, warnings distort it, notes are for information. */
export type Severity = "severe" | "warning" | "note";

/** Severities, worst first. */
export const severities: readonly Severity[] = ["severe", "warning", "note"];

/** The kinds of findings. */
export type FindingKind =
  | "likely-mislabelled"
  | "near-duplicate"
  | "silent"
  | "quiet"
  | "clipped"
  | "ultrasound"
  | "channels-cancel"
  | "dc-offset"
  | "too-short"
  | "too-long"
  | "sample-rate-mixture"
  | "confounded"
  | "one-speaker"
  | "shared-speaker"
  | "same-source"
  | "alike-labels"
  | "imbalanced"
  | "too-few"
  | "unseen-label"
  | "unreadable"
  | "damaged";

/** The doubt about the label of one recording. */
export interface LabelSuspicion {
  readonly file: string;
  readonly label: string;
  /** The label that its sound suggests. */
  readonly suggested: string;
  /** Probability of the suggested label, from a classifier that was not trained on this recording. */
  readonly confidence: number;
}

/** Properties of a recording that may correlate with its label. */
export type NuisanceId =
  | "speaker"
  | "format"
  | "rate"
  | "channels"
  | "loudness"
  | "duration"
  | "noise"
  | "offset";

interface CountFacts {
  /** Number of recordings. */
  readonly count: number;
}

interface CopyFacts {
  /** Names, joined by {@link listNames}. */
  readonly files: string;
}

interface LengthFacts extends CountFacts {
  readonly limitSeconds: number;
  readonly medianSeconds: number;
}

interface RateFacts {
  /** "33 x 16000 Hz, 2 x 8000 Hz". */
  readonly rates: string;
}

interface NuisanceFacts {
  readonly nuisance: NuisanceId;
  /** Share of the labels that it predicts, and the same for shuffled labels. */
  readonly share: number;
  readonly chance: number;
}

interface SourceFacts {
  readonly sources: number;
  /** Number of recordings that are pieces of them. */
  readonly pieces: number;
  /** Names of some of these. */
  readonly examples: string;
}

interface AlikeFacts extends CountFacts {
  /** Spelled with invisible characters written out. */
  readonly labels: string;
}

interface UnevenFacts {
  /** The largest class and its recordings. */
  readonly largest: string;
  readonly most: number;
  /** The smallest class and its recordings. */
  readonly smallest: string;
  readonly least: number;
}

/** The cases of findings, by code, with their numbers and names. Shares are from 0 to 1. */
export interface FindingFacts {
  readonly doubted: LabelSuspicion & CountFacts & { readonly share: number };
  readonly "copies-other-label": CopyFacts & { readonly labels: string };
  readonly "copies-other-side": CopyFacts;
  readonly "copies-counted-once": CopyFacts;
  readonly "copies-one-voice": CopyFacts;
  readonly copies: CopyFacts;
  readonly silent: CountFacts;
  readonly clipped: CountFacts;
  readonly ultrasound: CountFacts;
  readonly "channels-cancel": CountFacts;
  readonly "dc-offset": CountFacts;
  readonly quiet: CountFacts & { readonly peakDb: number };
  readonly "too-short": LengthFacts;
  readonly "too-long": LengthFacts;
  /** Some rates are below the encoders' own. */
  readonly "rates-heard": RateFacts;
  /** No rate is below the encoders' own. */
  readonly "rates-not-heard": RateFacts;
  readonly "nuisance-tells": NuisanceFacts;
  /** The nuisance may belong to the sound itself. */
  readonly "nuisance-may-tell": NuisanceFacts;
  readonly "speaker-tells": NuisanceFacts;
  /** `count` of the `size` recordings of a class, and `others` of all others, have `value`. */
  readonly "class-given-away": CountFacts & {
    readonly nuisance: NuisanceId;
    readonly label: string;
    readonly size: number;
    readonly others: number;
    readonly value: string;
  };
  readonly "one-speaker": { readonly speaker: string };
  readonly "speakers-mixed": object;
  readonly "shared-speakers": { readonly count: number; readonly speakers: string };
  /** Folds keep the pieces of each source together. */
  readonly "pieces-together": SourceFacts;
  /** Folds cannot keep them together. */
  readonly "pieces-mixed": SourceFacts;
  /** Pieces of one source are on both sides of the split. */
  readonly "pieces-other-side": SourceFacts;
  readonly "labels-look-same": AlikeFacts;
  readonly "labels-differ-by-case": AlikeFacts;
  readonly "one-class": { readonly classes: number };
  readonly "single-recordings": { readonly labels: string };
  readonly "unseen-labels": { readonly labels: string };
  readonly "few-recordings": { readonly labels: string; readonly few: number };
  readonly uneven: UnevenFacts;
  readonly "very-uneven": UnevenFacts;
  readonly unreadable: CountFacts;
  readonly damaged: CountFacts;
}

/** Code of a case. */
export type FindingCode = keyof FindingFacts;

/** A finding as data: its case, with numbers and names. */
export type FindingReason<Code extends FindingCode = FindingCode> = {
  [C in Code]: Flat<{ readonly code: C } & FindingFacts[C]>;
}[Code];

// Flattens to one object type, which, unlike interfaces, is assignable to a record of scalars.
type Flat<T> = { [K in keyof T]: T[K] };

/** Details for the English message only, since they are English themselves or are not kept with a golem. */
export interface FindingDetails {
  /** Whether copies have the same samples. */
  readonly isExact?: boolean;
  /** The problem of the first of the files. */
  readonly problem?: string;
  /** The remedy for that problem. */
  readonly remedy?: string;
  /** Why folds cannot be by speaker. */
  readonly obstacle?: string;
}

/** The result of a check: a finding without wording. */
export interface FoundFault {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The affected recordings, worst first; empty if the finding applies to the data set as a whole. */
  readonly files: readonly string[];
  readonly reason: FindingReason;
  /** For `same-source`: the files grouped by source. */
  readonly groups?: readonly (readonly string[])[];
  readonly details?: FindingDetails;
  /** For `likely-mislabelled`: one per file. */
  readonly suspicions?: readonly LabelSuspicion[];
}

/** One fault, with its English text. */
export interface Finding extends Omit<FoundFault, "details"> {
  /** What was found, and its effect on the score. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Joins names by commas: at most `most`, then the number of the others. */
export function listNames(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
