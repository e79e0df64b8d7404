/**
 * Formats a comparison of heads as text for the terminal.
 *
 * Not its concern: how it was computed, where it is shown.
 */
import { formatPercent, formatPoints } from "../core/format.ts";
import { describeFolds, describeGrouping, describeRange } from "../view/sentences.ts";
import type { DatasetComparison, SizedScore } from "../workflow/compare-heads.ts";
import { choosePlotSize, describeLine, describeScale } from "./text-plot.ts";
import { formatTable, wrapIndented } from "./text-table.ts";

/** Style of the lines of a comparison. */
export interface ComparisonStyle {
  bold(text: string): string;
  dim(text: string): string;
  /** Columns of the terminal; undefined: lines are not wrapped. */
  readonly width?: number | undefined;
}

/** Formats a table, a plot of training and held-out accuracy, and the recommended head as lines. */
export function describeComparison(
  comparison: DatasetComparison,
  { bold, dim, width: columns }: ComparisonStyle,
): string[] {
  const { candidates, chance, best, simplest, givenUp, folds, repeats, recordings } = comparison;
  const { encoder, layer, budget } = comparison;
  const width = Math.max(...candidates.map(({ name }) => name.length));
  const size = choosePlotSize(width + 2, columns);
  const wrap = (text: string) => wrapIndented(text, 2, columns);
  const where = layer === "auto" ? "the layer chosen in each fold" : `layer ${layer}`;
  const chosen = candidates.find(({ name }) => name === simplest)!;
  return [
    bold("Heads, from the simplest to the most complex"),
    ...describeTable(comparison, columns).map((line, i) => (i === 0 ? dim(line) : line)),
    "",
    bold("Fitting and over-fitting"),
    `${" ".repeat(width)}  ${describeScale(size)}`.trimEnd(),
    ...candidates.map(({ name, interval, balancedAccuracy, trainAccuracy }) =>
      `${name.padEnd(width)}  ${describeLine(
        {
          ...{ chance, interval, stroke: "-" },
          marks: [
            ["x", trainAccuracy],
            ["o", balancedAccuracy],
          ],
        },
        size,
      )}`.trimEnd(),
    ),
    ...wrap("x on its own training recordings; o held out; --- 95 % interval; : guessing").map(dim),
    ...wrap(
      `cross-validation on ${recordings} recordings (${describeFolds(folds, repeats)}), ${describeGrouping(comparison)}; single heads on ${encoder}, ${where}; fusion: ridge on every view, pooled`,
    ).map(dim),
    "",
    ...(givenUp.length > 0 ? [`No time for ${givenUp.join(", ")} in ${budget} s; raise --budget.`] : []),
    bold(`The simplest within one standard error of the best: ${simplest}`),
    ...wrap(
      simplest === best
        ? "it is also the best; no simpler one is within one standard error"
        : `the best, ${best}, is ${formatPoints(chosen.difference)} points better (standard error ${formatPoints(chosen.standardError)}), a difference within chance`,
    ),
    ...wrap(describeUse(simplest, layer)),
  ];
}

/** Describes the command that trains with the head. */
function describeUse(simplest: string, layer: DatasetComparison["layer"]): string {
  if (simplest === "fusion") return "`golem train` uses it by default";
  if (simplest.startsWith("mlp")) {
    return `\`golem train --head mlp\` has 64 hidden units; the library's headOptions.hidden sets others`;
  }
  return `\`golem train --head ${simplest}${layer === "auto" ? "" : ` --layer ${layer}`}\` uses it; the default is the fusion of all views`;
}

function describeTable(
  { candidates, best, simplest }: DatasetComparison,
  columns: number | undefined,
): string[] {
  const describeMark = ({ name }: SizedScore): string =>
    [
      ...(name === best ? ["best"] : []),
      ...(name === simplest ? ["simplest within one standard error"] : []),
    ].join(", ");
  const rows = candidates.map((score) => [
    score.name,
    score.parameters.toLocaleString("en-GB"),
    formatPercent(score.trainAccuracy),
    formatPercent(score.balancedAccuracy),
    describeRange(score.interval),
    score.logLoss.toFixed(2),
    score.name === best ? "" : `${formatPoints(score.difference)} +- ${formatPoints(score.standardError)}`,
    describeMark(score),
  ]);
  const table = [
    ["head", "parameters", "training", "held out", "95 % interval", "log-loss", "below the best", ""],
    ...rows,
  ];
  return formatTable(table, columns, [
    "parameters",
    "log-loss",
    "95 % interval",
    "training",
    "below the best",
  ]);
}
