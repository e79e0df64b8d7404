/**
 * Checks the sizes of classes: too few recordings, too uneven, or only in the test set.
 *
 * Not its concern: audio, files, encoders, wording.
 */
import type { Examination } from "./examination.ts";
import { type FoundFault, listNames } from "./finding.ts";

/** Ratio of the largest to the smallest class at which classes are uneven. */
const unevenFrom = 3;
const veryUnevenFrom = 10;
/** Minimum number of recordings per class for training on some and holding out others. */
const fewest = 2;
const few = 5;

/** Finds classes that are too small or too different in size. */
export function checkClasses({ recordings }: Examination): FoundFault[] {
  const learned = recordings.filter(({ split }) => split !== "test");
  const counts = new Map<string, number>();
  for (const { label } of learned) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sizes = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  const findings: FoundFault[] = [];
  const filesOf = (labels: readonly string[]) =>
    learned.filter(({ label }) => labels.includes(label)).map(({ file }) => file);
  if (counts.size < 2) {
    findings.push({
      kind: "too-few",
      severity: "severe",
      files: [],
      reason: { code: "one-class", classes: counts.size },
    });
    return findings;
  }
  const tiny = sizes.filter(([, size]) => size < fewest).map(([label]) => label);
  const small = sizes.filter(([, size]) => size >= fewest && size < few).map(([label]) => label);
  if (tiny.length > 0) {
    findings.push({
      kind: "too-few",
      severity: "severe",
      files: filesOf(tiny),
      reason: { code: "single-recordings", labels: listNames(tiny) },
    });
  }
  if (small.length > 0) {
    findings.push({
      kind: "too-few",
      severity: "note",
      files: filesOf(small),
      reason: { code: "few-recordings", labels: listNames(small), few },
    });
  }
  const [smallest, least] = sizes[0]!;
  const [largest, most] = sizes[sizes.length - 1]!;
  if (most >= unevenFrom * least) {
    findings.push({
      kind: "imbalanced",
      severity: "warning",
      files: filesOf(sizes.filter(([, size]) => size * unevenFrom <= most).map(([label]) => label)),
      reason: {
        code: most >= veryUnevenFrom * least ? "very-uneven" : "uneven",
        ...{ largest, most, smallest, least },
      },
    });
  }
  const unseen = recordings.filter(({ label, split }) => split === "test" && !counts.has(label));
  if (unseen.length > 0) {
    findings.push({
      kind: "unseen-label",
      severity: "warning",
      files: unseen.map(({ file }) => file),
      reason: {
        code: "unseen-labels",
        labels: listNames([...new Set(unseen.map(({ label }) => label))]),
      },
    });
  }
  return findings;
}
