/**
 * Formats a comparison of encoders as text for the terminal.
 *
 * Not its concern: how it was computed, where it is shown.
 */
import { formatPercent, formatPoints } from "../core/format.ts";
import { describeFolds, describeGrouping, describeRange } from "../view/sentences.ts";
import type { EncoderComparison } from "../workflow/compare-encoders.ts";
import type { ComparisonStyle } from "./describe-comparison.ts";
import { formatTable, wrapIndented } from "./text-table.ts";

/** Formats a table and the recommended encoder as lines. */
export function describeEncoderComparison(
  comparison: EncoderComparison,
  { bold, dim, width }: ComparisonStyle,
): string[] {
  const { candidates, best, simplest, folds, repeats, recordings } = comparison;
  const wrap = (text: string) => wrapIndented(text, 2, width);
  const rows = [
    ["encoder", "weights", "held out", "95 % interval", "log-loss", "below the best", ""],
    ...candidates.map((score) => [
      score.name,
      `${(score.weights / 1e6).toFixed(1)} million`,
      formatPercent(score.balancedAccuracy),
      describeRange(score.interval),
      score.logLoss.toFixed(2),
      score.name === best ? "" : `${formatPoints(score.difference)} +- ${formatPoints(score.standardError)}`,
      [
        ...(score.name === best ? ["best"] : []),
        ...(score.name === simplest ? ["smallest within one standard error"] : []),
      ].join(", "),
    ]),
  ];
  const table = formatTable(rows, width, ["log-loss", "95 % interval", "weights", "below the best"]);
  const chosen = candidates.find(({ name }) => name === simplest)!;
  return [
    bold("Encoders, from the smallest to the largest"),
    ...table.map((line, i) => (i === 0 ? dim(line) : line)),
    ...wrap(
      `cross-validation on ${recordings} recordings (${describeFolds(folds, repeats)}), ${describeGrouping(comparison)}`,
    ).map(dim),
    "",
    bold(`The smallest within one standard error of the best: ${simplest}`),
    ...wrap(
      simplest === best
        ? "it is also the best; no smaller one is within one standard error"
        : `the best, ${best}, is ${formatPoints(chosen.difference)} points better (standard error ${formatPoints(chosen.standardError)}), a difference within chance`,
    ),
    `  \`golem train --encoder ${simplest}\` uses it`,
  ];
}
