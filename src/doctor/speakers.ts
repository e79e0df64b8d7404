/**
 * Finds speakers (devices, sources) that cannot be kept apart: only one, or on both sides of a split, or one
 * per class.
 *
 * Not its concern: audio, files, encoders, wording.
 */
import { createFolds } from "../evaluate/folds.ts";
import type { Examination } from "./examination.ts";
import { type FoundFault, listNames } from "./finding.ts";

/** Checks whether a score is valid for voices that are not in the training data. */
export function checkSpeakers({ recordings, seed }: Examination): FoundFault[] {
  const named = recordings.filter(({ speaker }) => speaker !== undefined);
  if (named.length === 0) return [];
  const findings: FoundFault[] = [];
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
      reason: { code: "shared-speakers", count: names.length, speakers: listNames(names) },
    });
  }
  if (training.size === 1 && learned.every(({ speaker }) => speaker !== undefined)) {
    findings.push({
      kind: "one-speaker",
      severity: "warning",
      files: [],
      reason: { code: "one-speaker", speaker: [...training][0]! },
    });
  } else {
    const groups = learned.map(({ speaker }) => speaker);
    const obstacle = findReasonAgainstFolds(learned, groups, seed);
    if (obstacle !== undefined) {
      findings.push({
        kind: "one-speaker",
        severity: "warning",
        files: [],
        reason: { code: "speakers-mixed" },
        details: { obstacle },
      });
    }
  }
  return findings;
}

/** Finds why folds cannot be by group; undefined if they can, or if there are no folds. */
export function findReasonAgainstFolds(
  recordings: Examination["recordings"],
  groups: readonly (string | undefined)[],
  seed: number,
  groupedBy: "speaker" | "source" = "speaker",
): string | undefined {
  const classes = [...new Set(recordings.map(({ label }) => label))].sort();
  const labels = recordings.map(({ label }) => classes.indexOf(label));
  const sizes = classes.map((_, k) => labels.filter((label) => label === k).length);
  if (classes.length < 2 || Math.min(...sizes) < 2) return undefined;
  if (groups.every((group) => group === undefined)) return undefined;
  return createFolds({ labels, groups, groupedBy, classes, seed, repeats: 1 }).reason;
}
