/**
 * Finds faults of level, per recording: silence, faint sound, clipping, DC offset.
 *
 * Not its concern: labels, files, encoders, wording.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { isSilent } from "./expected-silence.ts";
import type { FoundFault } from "./finding.ts";

/** Limits beyond which a level is a fault. */
const levelLimits = {
  /** Peak relative to full scale (-46 dB), at which 16-bit files use 8 bits. */
  quietPeak: 0.005,
  /** Share of samples at full scale: for a few flat peaks, and for audible distortion. */
  clippedNote: 0.0005,
  clippedWarning: 0.005,
  /** Mean of the samples: share of full scale, and share of the recording's own root mean square. */
  offset: 0.005,
  offsetOfLevel: 0.1,
} as const;

/** Finds recordings that are silent, too quiet, clipped, or not centred on zero. */
export function checkLevels({ recordings, skipped }: Examination): FoundFault[] {
  const limits = levelLimits;
  const silent = [
    ...skipped.filter(({ code }) => code === "silent").map(({ file }) => file),
    ...recordings.filter(({ facts }) => isSilent(facts)).map(({ file }) => file),
  ];
  const findings: FoundFault[] = [];
  if (silent.length > 0) {
    const share = silent.length / (recordings.length + skipped.length);
    findings.push({
      kind: "silent",
      severity: share > 0.1 ? "severe" : "warning",
      files: silent,
      reason: { code: "silent", count: silent.length },
    });
  }
  const audible = recordings.filter(({ facts }) => !isSilent(facts));
  const quiet = pick(
    audible,
    ({ peak }) => peak < limits.quietPeak,
    ({ peak }) => peak,
  );
  if (quiet.length > 0) {
    findings.push({
      kind: "quiet",
      severity: "note",
      files: quiet,
      reason: { code: "quiet", count: quiet.length, peakDb: toDb(limits.quietPeak) },
    });
  }
  const clipped = pick(audible, ({ clippedFraction }) => clippedFraction >= limits.clippedNote, byClipping);
  const badly = audible.filter(({ facts }) => facts.clippedFraction >= limits.clippedWarning).length;
  if (clipped.length > 0) {
    findings.push({
      kind: "clipped",
      severity: badly > 0 ? "warning" : "note",
      files: clipped,
      reason: { code: "clipped", count: clipped.length },
    });
  }
  const shifted = pick(audible, isShifted, ({ offset }) => -Math.abs(offset));
  if (shifted.length > 0) {
    findings.push({
      kind: "dc-offset",
      severity: "note",
      files: shifted,
      reason: { code: "dc-offset", count: shifted.length },
    });
  }
  return findings;
}

const byClipping = ({ clippedFraction }: AudioFacts): number => -clippedFraction;

function isShifted({ offset, loudnessDb }: AudioFacts): boolean {
  const size = Math.abs(offset);
  return size >= levelLimits.offset && size >= levelLimits.offsetOfLevel * 10 ** (loudnessDb / 20);
}

const toDb = (level: number): number => Math.round(20 * Math.log10(level));

/** Picks the files whose facts satisfy the condition, the worst (smallest by `order`) first. */
function pick(
  recordings: readonly ExaminedRecording[],
  matches: (facts: AudioFacts) => boolean,
  order: (facts: AudioFacts) => number,
): string[] {
  return recordings
    .filter(({ facts }) => matches(facts))
    .sort((a, b) => order(a.facts) - order(b.facts))
    .map(({ file }) => file);
}
