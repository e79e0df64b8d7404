/**
 * Files that cannot be read, or only with warnings; files of different sample rates.
 *
 * Not its concern: labels, encoders, wording.
 */
import type { Examination, ExaminedRecording } from "./examination.ts";
import { type FoundFault, listNames } from "./finding.ts";

/** Codes of skipped recordings that other checks report. */
const coveredElsewhere: readonly string[] = ["silent", "above-8-khz", "too-short", "too-long"];
/** Codes of warnings about missing or wrong sound. */
const harmful: readonly string[] = ["truncated", "damaged", "bytes-left", "not-finite", "format-change"];
/** Minimum rate at which no sound is missing for the encoders, in Hz. */
const wholeRate = 16_000;

/** Finds files that could not be decoded, or only in part. */
export function checkFileHealth({ recordings, skipped }: Examination): FoundFault[] {
  const findings: FoundFault[] = [];
  const unreadable = skipped.filter(({ code }) => !coveredElsewhere.includes(code));
  if (unreadable.length > 0) {
    findings.push({
      kind: "unreadable",
      severity: "warning",
      files: unreadable.map(({ file }) => file),
      reason: { code: "unreadable", count: unreadable.length },
      details: { problem: unreadable[0]!.message, remedy: unreadable[0]!.hint },
    });
  }
  const damaged = recordings.filter(({ facts }) => facts.warnings.some(({ code }) => harmful.includes(code)));
  if (damaged.length > 0) {
    const { warnings } = damaged[0]!.facts;
    const first = warnings.find(({ code }) => harmful.includes(code))!;
    findings.push({
      kind: "damaged",
      severity: "note",
      files: damaged.map(({ file }) => file),
      reason: { code: "damaged", count: damaged.length },
      details: { problem: first.message },
    });
  }
  return findings;
}

/** Finds several sample rates in one data set. */
export function checkSampleRates({ recordings }: Examination): FoundFault[] {
  const byRate = new Map<number, ExaminedRecording[]>();
  for (const recording of recordings) {
    const { sampleRate } = recording.facts;
    const group = byRate.get(sampleRate);
    if (group) group.push(recording);
    else byRate.set(sampleRate, [recording]);
  }
  if (byRate.size < 2) return [];
  const rates = [...byRate].sort((a, b) => b[1].length - a[1].length);
  const narrow = rates.filter(([rate]) => rate < wholeRate);
  // Encoders do not use sound beyond their own rate.
  const isAudible = narrow.length > 0;
  const minority = rates.slice(1).flatMap(([, group]) => group.map(({ file }) => file));
  return [
    {
      kind: "sample-rate-mixture",
      severity: isAudible ? "warning" : "note",
      files: minority,
      reason: {
        code: isAudible ? "rates-heard" : "rates-not-heard",
        rates: listNames(rates.map(([rate, group]) => `${group.length} x ${rate} Hz`)),
      },
    },
  ];
}
