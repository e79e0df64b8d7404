/** Checks the labels of a golem against those that a program expects. */
import { GolemError } from "../core/error.ts";

/** Throws `invalid-option` if the labels differ from those expected, in whatever order. */
export function checkLabels(found: readonly string[], expected: readonly string[] | undefined): void {
  if (expected === undefined) return;
  const sort = (labels: readonly string[]) => [...new Set(labels)].sort().join(", ");
  if (sort(found) === sort(expected)) return;
  throw new GolemError(
    "invalid-option",
    `The golem has the labels ${sort(found)}; the option \`labels\` names ${sort(expected)}.`,
    { hint: "Name exactly the golem's labels, or leave the option out." },
  );
}
