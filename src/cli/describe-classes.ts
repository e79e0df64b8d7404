/**
 * Scores per class as a table for the terminal, with the classes each is most often confused with.
 *
 * Not its concern: how the scores were computed, where they are shown.
 */
import { formatPercent } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";

const percent = (share: number): string => formatPercent(share, 0);

/**
 * Lines of the table: class, recordings, precision, recall, F1, and the classes it was taken for (at most
 * three, with at least half a recording each, counts rounded). A dash where there is no recording to find, or
 * none was answered.
 */
export function describeClasses({ labels, perClass, confusion }: Evaluation): string[] {
  const rows = labels.map((label, c) => {
    const { precision, recall, f1, support } = perClass[label]!;
    const answered = confusion.some((row) => row[c]! > 0);
    const others = confusion[c]!.map((count, other) => ({ label: labels[other]!, count, other }))
      .filter(({ count, other }) => other !== c && count >= 0.5)
      .sort((a, b) => b.count - a.count)
      .slice(0, 3)
      .map((pair) => `${makePrintable(pair.label)} ${Math.round(pair.count)}`);
    return [
      ...[
        makePrintable(label),
        `${support}`,
        answered ? percent(precision) : "-",
        support > 0 ? percent(recall) : "-",
      ],
      ...[support > 0 ? percent(f1) : "-", others.join(", ")],
    ];
  });
  const table = [["class", "recordings", "precision", "recall", "F1", "taken for"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => [...row[column]!].length)));
  return table.map((row) =>
    row
      .map((cell, column) => {
        const gap = " ".repeat(widths[column]! - [...cell].length);
        return column === 0 || column === row.length - 1 ? cell + gap : gap + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
