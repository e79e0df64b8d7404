/**
 * Recordings that are too short or too long, by themselves or beside the others.
 *
 * Not its concern: labels, files, encoders.
 */
import type { Examination, ExaminedRecording } from "./examination.ts";
import { countOf, type Finding } from "./finding.ts";

/** From which lengths on something is found, in seconds or as a multiple of the median. */
const lengthLimits = {
  /** Shorter than a syllable. */
  shortSeconds: 0.1,
  shortOfMedian: 0.15,
  /** Longer than the encoders' window: several windows are averaged. */
  longSeconds: 30,
  longOfMedian: 8,
  /** Recordings up to this length are never long. */
  unremarkableSeconds: 5,
} as const;

/** Finds recordings whose sound is out of the common length. */
export function checkLengths({ recordings, skipped }: Examination): Finding[] {
  const limits = lengthLimits;
  const lengths = recordings.map(getSoundSeconds).sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  const refused = (code: string) => skipped.filter((record) => record.code === code).map(({ file }) => file);
  const short = recordings.filter((recording) => {
    const seconds = getSoundSeconds(recording);
    return seconds < limits.shortSeconds || seconds < limits.shortOfMedian * median;
  });
  const longer = Math.max(limits.unremarkableSeconds, limits.longOfMedian * median);
  const long = recordings.filter((recording) => {
    const seconds = getSoundSeconds(recording);
    return seconds > limits.longSeconds || seconds > longer;
  });
  const findings: Finding[] = [];
  const tooShort = [...refused("too-short"), ...sortBy(short, 1)];
  if (tooShort.length > 0) {
    findings.push({
      kind: "too-short",
      severity: "warning",
      files: tooShort,
      message: `${countOf(tooShort.length, "recording")} with hardly any sound in it (under ${limits.shortSeconds} s, or far under the median of ${median.toFixed(1)} s): too little to tell classes apart by.`,
      reason: {
        code: "too-short",
        count: tooShort.length,
        limitSeconds: limits.shortSeconds,
        medianSeconds: median,
      },
      advice: "Listen to them: a word may have been cut off. Record them again or leave them out.",
    });
  }
  const tooLong = [...refused("too-long"), ...sortBy(long, -1)];
  if (tooLong.length > 0) {
    findings.push({
      kind: "too-long",
      severity: "warning",
      files: tooLong,
      message: `${countOf(tooLong.length, "recording")} much longer than the others (median ${median.toFixed(1)} s) or than the ${limits.longSeconds} s that are heard at once: what counts is averaged away by the rest.`,
      reason: {
        code: "too-long",
        count: tooLong.length,
        limitSeconds: limits.longSeconds,
        medianSeconds: median,
      },
      advice: "Cut them to the part that carries the label; one part, one recording.",
    });
  }
  return findings;
}

/** Seconds of a recording without silence at its ends. */
function getSoundSeconds({ facts }: Pick<ExaminedRecording, "facts">): number {
  return facts.kept[1] - facts.kept[0];
}

function sortBy(recordings: readonly ExaminedRecording[], sign: number): string[] {
  return [...recordings]
    .sort((a, b) => sign * (getSoundSeconds(a) - getSoundSeconds(b)))
    .map(({ file }) => file);
}
