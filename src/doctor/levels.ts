/**
 * Faults of level, one recording at a time: silence, faint sound, clipping, an offset from zero.
 *
 * Not its concern: labels, files, encoders.
 */
import type { AudioFacts } from "../audio/audio.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { countOf, type Finding } from "./finding.ts";

/** From which levels on something is found. */
const levelLimits = {
  /** Peak relative to full scale (-46 dB): 16 bits leave 8 for the sound. */
  quietPeak: 0.005,
  /** Share of samples at full scale: a few flat peaks, and audible distortion. */
  clippedNote: 0.0005,
  clippedWarning: 0.005,
  /** Mean of the samples: share of full scale, and share of the recording's own root mean square. */
  offset: 0.005,
  offsetOfLevel: 0.1,
} as const;

/** Finds recordings with nothing, too little or too much in them. */
export function checkLevels({ recordings, skipped }: Examination): Finding[] {
  const limits = levelLimits;
  const silent = [
    ...skipped.filter(({ code }) => code === "silent").map(({ file }) => file),
    ...recordings.filter(({ facts }) => isSilent(facts) && facts.peak === 0).map(({ file }) => file),
  ];
  const findings: Finding[] = [];
  if (silent.length > 0) {
    const share = silent.length / (recordings.length + skipped.length);
    findings.push({
      kind: "silent",
      severity: share > 0.1 ? "severe" : "warning",
      files: silent,
      message: `${countOf(silent.length, "recording")} with nothing to hear: training leaves them out, so their classes have fewer than it seems.`,
      reason: { code: "silent", count: silent.length },
      advice: "Check the microphone and record them again, or label them _silence if silence is a class.",
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
      message: `${countOf(quiet.length, "recording")} hardly louder than silence (peak below ${toDb(limits.quietPeak)} dB): noise and rounding may drown what is to be learned.`,
      reason: { code: "quiet", count: quiet.length, peakDb: toDb(limits.quietPeak) },
      advice: "Listen to them; move closer to the microphone or raise its level.",
    });
  }
  const clipped = pick(audible, ({ clippedFraction }) => clippedFraction >= limits.clippedNote, byClipping);
  const badly = audible.filter(({ facts }) => facts.clippedFraction >= limits.clippedWarning).length;
  if (clipped.length > 0) {
    findings.push({
      kind: "clipped",
      severity: badly > 0 ? "warning" : "note",
      files: clipped,
      message: `${countOf(clipped.length, "recording")} cut off at full scale: distortion is heard as a sound of its own, and is learned where one class has more of it.`,
      reason: { code: "clipped", count: clipped.length },
      advice: "Record them again at a lower level; making a clipped file quieter does not repair it.",
    });
  }
  const shifted = pick(audible, isShifted, ({ offset }) => -Math.abs(offset));
  if (shifted.length > 0) {
    findings.push({
      kind: "dc-offset",
      severity: "note",
      files: shifted,
      message: `${countOf(shifted.length, "recording")} not centred on zero (DC offset): it marks the device that made them, and encoders hear it.`,
      reason: { code: "dc-offset", count: shifted.length },
      advice: "Remove the offset with a high-pass filter at 20 Hz, in training and in use alike.",
    });
  }
  return findings;
}

const byClipping = ({ clippedFraction }: AudioFacts): number => -clippedFraction;

function isShifted({ offset, loudnessDb }: AudioFacts): boolean {
  const size = Math.abs(offset);
  return size >= levelLimits.offset && size >= levelLimits.offsetOfLevel * 10 ** (loudnessDb / 20);
}

const isSilent = ({ warnings }: AudioFacts): boolean => warnings.some(({ code }) => code === "silent");

const toDb = (level: number): number => Math.round(20 * Math.log10(level));

/** Files whose facts are so, the worst (smallest by `order`) first. */
function pick(
  recordings: readonly ExaminedRecording[],
  isSo: (facts: AudioFacts) => boolean,
  order: (facts: AudioFacts) => number,
): string[] {
  return recordings
    .filter(({ facts }) => isSo(facts))
    .sort((a, b) => order(a.facts) - order(b.facts))
    .map(({ file }) => file);
}
