/**
 * Files that cannot be read, or not without complaint; files of different sample rates.
 *
 * Not its concern: labels, encoders.
 */
import type { Examination, ExaminedRecording } from "./examination.ts";
import { countOf, type Finding, listNames } from "./finding.ts";

/** Codes of recordings left out that other checks speak of. */
const spokenOf: readonly string[] = ["silent", "too-short", "too-long"];
/** Warnings that mean that sound is missing or wrong; a wrong file name is none. */
const harmful: readonly string[] = ["truncated", "damaged", "wrong-length", "not-finite", "format-change"];
/** Rates from which speech is whole, in Hz: the encoders' own. */
const wholeRate = 16_000;

/** Finds files that could not be decoded, or only in part. */
export function checkFileHealth({ recordings, skipped }: Examination): Finding[] {
  const findings: Finding[] = [];
  const unreadable = skipped.filter(({ code }) => !spokenOf.includes(code));
  if (unreadable.length > 0) {
    findings.push({
      kind: "unreadable",
      severity: "warning",
      files: unreadable.map(({ file }) => file),
      message: `${countOf(unreadable.length, "recording")} could not be read and will be left out: ${unreadable[0]!.message}`,
      reason: { code: "unreadable", count: unreadable.length },
      advice: unreadable[0]!.hint || "Record or convert them again, or delete them.",
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
      message: `${countOf(damaged.length, "recording")} read in part or repaired: ${first.message} What is missing cannot be learned from.`,
      reason: { code: "damaged", count: damaged.length },
      advice: "Copy them again from where they came from, or record them again.",
    });
  }
  return findings;
}

/** Finds several sample rates in one data set. */
export function checkSampleRates({ recordings }: Examination): Finding[] {
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
  // Above the encoders' rate there is nothing that they hear.
  const isHeard = narrow.length > 0;
  const minority = rates.slice(1).flatMap(([, group]) => group.map(({ file }) => file));
  const counts = rates.map(([rate, group]) => `${group.length} at ${rate} Hz`);
  return [
    {
      kind: "sample-rate-mixture",
      severity: isHeard ? "warning" : "note",
      files: minority,
      message: `Sample rates are mixed (${listNames(counts)}): ${
        isHeard
          ? "recordings below 16000 Hz lack the high frequencies that the others have, and where one class has more of them, that is what is learned."
          : "all are brought to 16000 Hz, so little is lost; the rate may mark a device, though."
      }`,
      reason: {
        code: isHeard ? "rates-heard" : "rates-not-heard",
        rates: listNames(rates.map(([rate, group]) => `${group.length} x ${rate} Hz`)),
      },
      advice: "Record all classes in the same way, the way recordings will come in later.",
    },
  ];
}
