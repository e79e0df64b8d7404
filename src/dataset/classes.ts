/**
 * Checks whether a set of labels can be trained and scored: at least two classes with at least two recordings
 * each.
 *
 * Not its concern: where the labels come from, what they are used for.
 */
import { type ErrorRecord, GolemError, toErrorRecord } from "../core/error.ts";

/** Counts the recordings per label, with labels in code-unit order: the order of classes. */
export function countLabels(recordings: readonly { readonly label: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of recordings) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Checks that a classifier can be trained on these recordings; returns the warnings.
 *
 * A class with a single recording cannot be both held out and trained on, so it is not scored, with a
 * warning. It is an error if fewer than two classes are left to score, unless the user supplied recordings to
 * test on (`tested`).
 *
 * @throws GolemError `no-recordings`, `too-few-classes` or `too-few-recordings`.
 */
export function checkTrainable(
  recordings: readonly { readonly label: string }[],
  options: { readonly tested?: boolean } = {},
): ErrorRecord[] {
  const counts = countLabels(recordings);
  if (counts.size === 0) {
    throw new GolemError(
      "no-recordings",
      "No recording is left to train on; expected at least two classes.",
      {
        hint: "See the list of recordings that were left out.",
      },
    );
  }
  if (counts.size === 1) {
    const [label, count] = [...counts][0]!;
    throw new GolemError(
      "too-few-classes",
      `All ${count} recordings are labelled "${label}"; expected at least two classes.`,
      {
        hint: `Add recordings of another class; to distinguish "${label}" from everything else, label the other recordings _unknown.`,
      },
    );
  }
  const single = [...counts].filter(([, count]) => count === 1).map(([label]) => `"${label}"`);
  if (single.length === 0) return [];
  const more = single.length > 5 ? ` and ${single.length - 5} more` : "";
  const error = new GolemError(
    "too-few-recordings",
    `Only one recording is labelled ${single.slice(0, 5).join(", ")}${more}; expected at least two per class.`,
    {
      hint: "Record more (five or more per class work well), remove the class, or test on other recordings with --test.",
    },
  );
  if (!options.tested && counts.size - single.length < 2) throw error;
  return [toErrorRecord(error, "too-few-recordings")];
}
