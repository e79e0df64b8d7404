/**
 * Speakers (devices, sources) that cannot be kept apart: one alone, or on both sides of a split, or one a class.
 *
 * Not its concern: audio, files, encoders.
 */
import { createFolds } from "../evaluate/folds.ts";
import type { Examination } from "./examination.ts";
import { countOf, type Finding, listNames } from "./finding.ts";

/** Finds out whether a score can be of voices that were never heard in training. */
export function checkSpeakers({ recordings, seed }: Examination): Finding[] {
  const named = recordings.filter(({ speaker }) => speaker !== undefined);
  if (named.length === 0) return [];
  const findings: Finding[] = [];
  const learned = recordings.filter(({ split }) => split !== "test");
  const training = new Set(learned.map(({ speaker }) => speaker));
  training.delete(undefined);
  const shared = recordings.filter(
    ({ speaker, split }) => split === "test" && speaker !== undefined && training.has(speaker),
  );
  if (shared.length > 0) {
    const names = [...new Set(shared.map(({ speaker }) => speaker!))];
    findings.push({
      kind: "shared-speaker",
      severity: "severe",
      files: shared.map(({ file }) => file),
      message: `${countOf(names.length, "speaker")} (${listNames(names)}) on both sides of the split: the score is of known voices and too good for new ones.`,
      reason: { code: "shared-speakers", count: names.length, speakers: listNames(names) },
      advice: "Put all recordings of a speaker on one side.",
    });
  }
  if (training.size === 1 && learned.every(({ speaker }) => speaker !== undefined)) {
    findings.push({
      kind: "one-speaker",
      severity: "warning",
      files: [],
      message: `All recordings are by one speaker (${[...training][0]}): what is learned, and the score, are of this voice; others will do worse.`,
      reason: { code: "one-speaker", speaker: [...training][0]! },
      advice: "Add recordings by others, five speakers or more, if others are to use it.",
    });
  } else {
    const reason = findReasonAgainstFolds(learned, seed);
    if (reason !== undefined) {
      findings.push({
        kind: "one-speaker",
        severity: "warning",
        files: [],
        message: `Folds cannot keep speakers apart (${reason}): the same voices are on both sides, so the score is too good for new ones.`,
        reason: { code: "speakers-mixed" },
        advice: "Have every class recorded by several speakers, each speaker recording several classes.",
      });
    }
  }
  return findings;
}

/** Why folds are not by speaker; undefined when they are, or when there are no folds at all. */
function findReasonAgainstFolds(recordings: Examination["recordings"], seed: number): string | undefined {
  const classes = [...new Set(recordings.map(({ label }) => label))].sort();
  const labels = recordings.map(({ label }) => classes.indexOf(label));
  const sizes = classes.map((_, k) => labels.filter((label) => label === k).length);
  if (classes.length < 2 || Math.min(...sizes) < 2) return undefined;
  const groups = recordings.map(({ speaker }) => speaker);
  if (groups.every((group) => group === undefined)) return undefined;
  return createFolds({ labels, groups, classes, seed, repeats: 1 }).reason;
}
