/**
 * Formats scores of detection as text for the terminal.
 *
 * Not its concern: how they are computed.
 */
import { formatNumberOf, formatPercent } from "../core/format.ts";
import type { EventCounts, EventScores } from "../evaluate/event-scores.ts";
import { formatTable } from "./text-table.ts";

/** Formats the scores over all labels, then a table per label, as lines. */
export function describeEventScores(scores: EventScores, bold: (text: string) => string): string[] {
  const { events, segments, perClass, unseenLabels, tolerance, hours } = scores;
  const rate = (counts: EventCounts): string =>
    `precision ${formatPercent(counts.precision)}, recall ${formatPercent(counts.recall)}`;
  const unseen = Object.entries(unseenLabels);
  return [
    `${bold(`F1 of events ${formatPercent(events.f1)}`)}  (${rate(events)}; starts within ${tolerance} s)`,
    `  ${events.found} found, ${events.missed} missed, ${events.falseAlarms} false alarms: ${events.falseAlarmsPerHour.toFixed(1)} per hour`,
    `  by segments of ${segments.seconds} s: F1 ${formatPercent(segments.f1)} (${rate(segments)})`,
    `  measured on ${formatNumberOf(scores.recordings, "recording")}, ${hours < 1 ? `${(60 * hours).toFixed(1)} minutes` : `${hours.toFixed(1)} hours`}`,
    ...(unseen.length > 0
      ? [
          `Labels that are not classes of the golem, left out of the score: ${unseen.map(([label, count]) => `${label} (${count})`).join(", ")}`,
        ]
      : []),
    "",
    ...formatTable([
      ["class", "found", "missed", "false alarms", "precision", "recall", "F1"],
      ...Object.entries(perClass).map(([label, counts]) => [
        ...[label, `${counts.found}`, `${counts.missed}`, `${counts.falseAlarms}`],
        ...[counts.precision, counts.recall, counts.f1].map((share) => formatPercent(share, 0)),
      ]),
    ]),
  ];
}
