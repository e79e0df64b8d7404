/**
 * Numbers of recordings a class: too few, too uneven, or only on the side of the test.
 *
 * Not its concern: audio, files, encoders.
 */
import type { Examination } from "./examination.ts";
import { countOf, type Finding, listNames } from "./finding.ts";

/** Largest class as a multiple of the smallest, from which on classes are uneven. */
const unevenFrom = 3;
const veryUnevenFrom = 10;
/** Fewest recordings a class that leave something to learn from and to hold out. */
const fewest = 2;
const few = 5;

/** Finds classes that are too small or too unlike in size. */
export function checkClasses({ recordings }: Examination): Finding[] {
  const learned = recordings.filter(({ split }) => split !== "test");
  const counts = new Map<string, number>();
  for (const { label } of learned) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sizes = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  const findings: Finding[] = [];
  const filesOf = (labels: readonly string[]) =>
    learned.filter(({ label }) => labels.includes(label)).map(({ file }) => file);
  if (counts.size < 2) {
    findings.push({
      kind: "too-few",
      severity: "severe",
      files: [],
      message: `${counts.size === 0 ? "No class" : "One class alone"} is left to learn: there is nothing to tell apart.`,
      reason: { code: "one-class", classes: counts.size },
      advice: "Add recordings of something else, labelled as what they are, or _unknown.",
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
      message: `${listNames(tiny)}: one recording only. It cannot be learned from and held out at once, so there is no score.`,
      reason: { code: "single-recordings", labels: listNames(tiny) },
      advice: "Record more, five or more a class, or leave the class out.",
    });
  }
  if (small.length > 0) {
    findings.push({
      kind: "too-few",
      severity: "note",
      files: filesOf(small),
      message: `${listNames(small)}: fewer than ${few} recordings. The score of such a class says little.`,
      reason: { code: "few-recordings", labels: listNames(small), few },
      advice: "Record more: five or more a class do well.",
    });
  }
  const [smallest, least] = sizes[0]!;
  const [largest, most] = sizes[sizes.length - 1]!;
  if (most >= unevenFrom * least) {
    findings.push({
      kind: "imbalanced",
      severity: "warning",
      files: filesOf(sizes.filter(([, size]) => size * unevenFrom <= most).map(([label]) => label)),
      message: `${largest} has ${countOf(most, "recording")}, ${smallest} ${least}: ${most >= veryUnevenFrom * least ? "what is rare is hardly learned, and" : "what is rare is learned less well;"} plain accuracy looks better than it is.`,
      reason: {
        code: most >= veryUnevenFrom * least ? "very-uneven" : "uneven",
        ...{ largest, most, smallest, least },
      },
      advice: "Record more of the rare classes, and go by balanced accuracy.",
    });
  }
  const unseen = recordings.filter(({ label, split }) => split === "test" && !counts.has(label));
  if (unseen.length > 0) {
    findings.push({
      kind: "unseen-label",
      severity: "warning",
      files: unseen.map(({ file }) => file),
      message: `${listNames([...new Set(unseen.map(({ label }) => label))])}: in the test, but nothing to learn it from. These recordings are left out of the score.`,
      reason: {
        code: "unseen-labels",
        labels: listNames([...new Set(unseen.map(({ label }) => label))]),
      },
      advice: "Put some of them on the side of training, or correct the spelling of the label.",
    });
  }
  return findings;
}
