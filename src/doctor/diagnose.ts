/**
 * Runs all checks on one data set, and picks the findings that matter most.
 *
 * Not its concern: the single checks.
 */
import { checkAlikeClasses } from "./alike-labels.ts";
import { checkClasses } from "./classes.ts";
import { checkConfounds } from "./confounds.ts";
import type { Check, Examination } from "./examination.ts";
import { withoutExpectedSilence } from "./expected-silence.ts";
import { checkFileHealth, checkSampleRates } from "./file-health.ts";
import { type Finding, type FindingKind, type FoundFault, type Severity, severities } from "./finding.ts";
import { wordFinding } from "./finding-words.ts";
import { checkLengths } from "./lengths.ts";
import { checkLevels } from "./levels.ts";
import { checkMixDown } from "./mix-down.ts";
import { checkNearDuplicates } from "./near-duplicates.ts";
import { checkSameSource } from "./same-source.ts";
import { checkSpeakers } from "./speakers.ts";
import { checkLabels } from "./wrong-labels.ts";

const checks: readonly Check[] = [
  checkSpeakers,
  checkSameSource,
  checkAlikeClasses,
  checkClasses,
  checkFileHealth,
  ...[
    checkLabels,
    checkNearDuplicates,
    checkConfounds,
    checkSampleRates,
    checkLevels,
    checkMixDown,
    checkLengths,
  ].map(withoutExpectedSilence),
];

/** Kinds by how much they distort a score, worst first; a missing one is a type error. */
const byHarm = Object.keys({
  "too-few": true,
  "near-duplicate": true,
  confounded: true,
  "shared-speaker": true,
  "same-source": true,
  "alike-labels": true,
  "likely-mislabelled": true,
  "one-speaker": true,
  "unseen-label": true,
  imbalanced: true,
  unreadable: true,
  silent: true,
  ultrasound: true,
  "sample-rate-mixture": true,
  "too-short": true,
  "too-long": true,
  clipped: true,
  damaged: true,
  "channels-cancel": true,
  "dc-offset": true,
  quiet: true,
} satisfies Record<FindingKind, true>);

/** Finds all faults of a data set, most harmful first, worded in English. */
export function diagnose(examination: Examination): Finding[] {
  return checks
    .flatMap((check) => check(examination))
    .sort(compareHarm)
    .map(wordFinding);
}

function compareHarm(a: FoundFault, b: FoundFault): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    byHarm.indexOf(a.kind) - byHarm.indexOf(b.kind) ||
    b.files.length - a.files.length
  );
}

/** Picks the first `count` of sorted findings, without notes and with one finding per kind. */
export function pickTopFindings<F extends { readonly kind: string; readonly severity: Severity }>(
  findings: readonly F[],
  count = 3,
): F[] {
  const kinds = new Set<string>();
  return findings
    .filter(({ kind, severity }) => {
      if (severity === "note" || kinds.has(kind)) return false;
      kinds.add(kind);
      return true;
    })
    .slice(0, count);
}
