/**
 * Finds recordings that are too short or too long, in seconds or relative to the others.
 *
 * Not its concern: labels, files, encoders, wording.
 */
import type { Examination, ExaminedRecording } from "./examination.ts";
import type { FoundFault } from "./finding.ts";

/** Limits in seconds, or as multiples of the median. */
const lengthLimits = {
  /** Shorter than a syllable. */
  shortSeconds: 0.1,
  shortOfMedian: 0.15,
  /** Longer than the encoders' window: several windows are averaged. */
  longSeconds: 30,
  longOfMedian: 8,
  /** Recordings up to this length, in seconds, are never too long. */
  unremarkableSeconds: 5,
} as const;

/** Finds recordings whose sound is much shorter or longer than usual. */
export function checkLengths({ recordings, skipped }: Examination): FoundFault[] {
  const limits = lengthLimits;
  const lengths = recordings.map(getSoundSeconds).sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  const listSkipped = (code: string) =>
    skipped.filter((record) => record.code === code).map(({ file }) => file);
  const short = recordings.filter((recording) => {
    const seconds = getSoundSeconds(recording);
    return seconds < limits.shortSeconds || seconds < limits.shortOfMedian * median;
  });
  const longer = Math.max(limits.unremarkableSeconds, limits.longOfMedian * median);
  const long = recordings.filter((recording) => {
    const seconds = getSoundSeconds(recording);
    return seconds > limits.longSeconds || seconds > longer;
  });
  const findings: FoundFault[] = [];
  const tooShort = [...listSkipped("too-short"), ...sortBy(short, 1)];
  if (tooShort.length > 0) {
    findings.push({
      kind: "too-short",
      severity: "warning",
      files: tooShort,
      reason: {
        code: "too-short",
        count: tooShort.length,
        limitSeconds: limits.shortSeconds,
        medianSeconds: median,
      },
    });
  }
  const tooLong = [...listSkipped("too-long"), ...sortBy(long, -1)];
  if (tooLong.length > 0) {
    findings.push({
      kind: "too-long",
      severity: "warning",
      files: tooLong,
      reason: {
        code: "too-long",
        count: tooLong.length,
        limitSeconds: limits.longSeconds,
        medianSeconds: median,
      },
    });
  }
  return findings;
}

/** Gets the seconds of a recording without silence at its ends. */
function getSoundSeconds({ facts }: Pick<ExaminedRecording, "facts">): number {
  return facts.kept[1] - facts.kept[0];
}

function sortBy(recordings: readonly ExaminedRecording[], sign: number): string[] {
  return [...recordings]
    .sort((a, b) => sign * (getSoundSeconds(a) - getSoundSeconds(b)))
    .map(({ file }) => file);
}
