/**
 * Limits of labels: one line of text of limited length, and a limited number of labels.
 *
 * Not its concern: where labels come from.
 */
import { GolemError } from "../core/error.ts";

/** Maximum length of a label, in UTF-16 units, and maximum number of labels, also in a golem's files. */
const maximumLabelLength = 1024;
const maximumLabels = 10_000;

/** Characters that move the cursor, or break lines and files: controls, separators, half pairs. */
const controls = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/**
 * Checks one label.
 *
 * @param place Where it was found, for the message: "metadata.csv, line 3".
 * @throws GolemError `invalid-data`.
 */
export function checkLabel(label: string, place: string): void {
  if (label.length > maximumLabelLength) {
    throw new GolemError(
      "invalid-data",
      `${place}: the label "${label.slice(0, 40)}..." has ${label.length} characters; expected at most ${maximumLabelLength}.`,
      { hint: "Name the class in a few words. If this is a description, use another column as the label." },
    );
  }
  const control = controls.exec(label)?.[0];
  if (control === undefined) return;
  const code = control.codePointAt(0)!;
  const shown = JSON.stringify(label.slice(0, 60)).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/g,
    "?",
  );
  throw new GolemError(
    "invalid-data",
    `${place}: the label ${shown} contains the character U+${code.toString(16).toUpperCase().padStart(4, "0")}, which cannot be shown; expected a line of plain text.`,
    { hint: "Remove the character." },
  );
}

/** Checks the number of labels. Throws `invalid-data`. */
export function checkLabelCount(labels: Iterable<string>, name: string): void {
  const { size } = new Set(labels);
  if (size <= maximumLabels) return;
  throw new GolemError(
    "invalid-data",
    `${name} has ${size} different labels; expected at most ${maximumLabels}.`,
    { hint: "Check that the labels are classes rather than, say, file names or sentences." },
  );
}
