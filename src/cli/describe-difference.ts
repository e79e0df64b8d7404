/**
 * Formats the comparison of two golems as text for the terminal.
 *
 * Not its concern: how it was computed.
 */
import { formatNumberOf, formatPercent } from "../core/format.ts";
import type { GolemDiff } from "../node/diff.ts";
import { describeDifference as describe, describeBrier } from "../view/sentences.ts";
import { formatTable } from "./text-table.ts";

/** Maximum number of changed recordings that are listed. */
const listed = 10;

/** Formats verdict, scores, costs, classes that differ, and recordings with changed correctness. */
export function describeDifference(
  diff: GolemDiff,
  nameA: string,
  nameB: string,
  bold: (text: string) => string,
): string[] {
  const { scores, brier, cost, perClass, changed, onlyA, onlyB } = diff;
  const describeCost = ({ bytes, encoders, milliseconds }: GolemDiff["cost"]["a"]): string[] => [
    `${Math.round(bytes / 1024)} kB`,
    milliseconds === undefined ? "-" : `${Math.round(milliseconds)} ms`,
    encoders.join(", "),
  ];
  const classes = Object.entries(perClass).filter(([, own]) => own.a !== own.b);
  return [
    bold(`${nameB} is ${describe(diff)}`),
    describeBrier(brier),
    "",
    ...formatTable([
      ["golem", "balanced accuracy", "folder", "per recording", "encoders"],
      [nameA, formatPercent(scores.a), ...describeCost(cost.a)],
      [nameB, formatPercent(scores.b), ...describeCost(cost.b)],
    ]),
    "",
    ...(classes.length > 0
      ? formatTable([
          ["class", "recordings", "recall of the first", "of the second", ""],
          ...classes.map(([label, own]) => [
            ...[label, String(own.recordings), formatPercent(own.a, 0), formatPercent(own.b, 0), ""],
          ]),
        ])
      : ["No class differs."]),
    ...(changed.length > 0
      ? [
          "",
          `${formatNumberOf(changed.length, "recording")} right in only one of them:`,
          ...changed.slice(0, listed).map((own) => `  ${own.file} (${own.label}): ${own.a} -> ${own.b}`),
          ...(changed.length > listed ? [`  and ${changed.length - listed} more (--json, --report)`] : []),
        ]
      : []),
    ...describeOnly(onlyA, nameA),
    ...describeOnly(onlyB, nameB),
  ];
}

const describeOnly = (labels: readonly string[], name: string): string[] =>
  labels.length > 0 ? [`Labels of ${name} only, not compared: ${labels.join(", ")}`] : [];
