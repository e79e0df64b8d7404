/**
 * Formats an evaluation as text for the terminal, and its scores per class as a table.
 *
 * Not its concern: how it was computed.
 */

import { formatPercent } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { describeScoreName } from "../evaluate/standing.ts";
import {
  describeChance,
  describeInterval,
  describeProtocol,
  describeTraining,
  describeUnscored,
  describeVerdict,
  describeVoices,
} from "../view/sentences.ts";
import { formatRow, formatTable } from "./text-table.ts";

/** Width of the interval, 0 to 1, above which the score is described as uncertain. */
const wideInterval = 0.3;

/** Style of the lines. */
export interface EvaluationStyle {
  readonly bold: (text: string) => string;
  readonly verbose: boolean;
  readonly width: number | undefined;
}

/**
 * Formats the score: a short aligned block, and with `verbose` how it was measured and its baselines.
 * Recordings left out are always listed.
 */
export function describeEvaluation(evaluation: Evaluation, style: EvaluationStyle): string[] {
  const { balancedAccuracy, interval, mostConfused, protocol, recordings } = evaluation;
  const basis = protocol === "held-out" ? "held out of training" : "by cross-validation";
  const isUncertain = interval[1] - interval[0] > wideInterval;
  // Counts are means over the repeats of cross-validation; less than half a recording is noise.
  const confused = mostConfused.filter(({ count }) => count >= 0.5).slice(0, 3);
  const pairs = confused.map(
    ({ truth, predicted, count }) => `${makePrintable(`${truth} as ${predicted}`)} (${Math.round(count)})`,
  );
  const unseen = Object.entries(evaluation.unseenLabels).map(
    ([label, count]) => `${makePrintable(label)} (${count})`,
  );
  const score = `${describeScoreName(evaluation)} ${formatPercent(balancedAccuracy)}${describeVoices(evaluation)}`;
  const unscored: [string, string][] = evaluation.unscoredLabels
    ? [["", describeUnscored(evaluation.unscoredLabels.map((label) => makePrintable(label)))]]
    : [];
  const rows: [name: string, value: string, shown?: string][] = [
    ["Score", `${score}, ${recordings} recordings ${basis}`, style.bold(score)],
    ["", `${describeInterval(evaluation)}; ${describeChance(evaluation)}`],
    ...unscored,
    ["Means", describeVerdict(evaluation)],
  ];
  if (isUncertain) {
    rows.push(["", `this score is uncertain: ${recordings} recordings${describeSpeakers(evaluation)}`]);
  }
  if (pairs.length > 0) rows.push(["Mixed up", pairs.join(", ")]);
  if (unseen.length > 0) rows.push(["Left out", `unknown labels: ${unseen.join(", ")}`]);
  if (evaluation.overlap.length > 0) {
    rows.push(["Left out", `training recordings: ${listFiles(evaluation.overlap)}`]);
  }
  const lines = rows.flatMap(([name, value, shown]) => formatRow(name, value, style.width, shown));
  return style.verbose ? [...lines, "", ...describeDetails(evaluation)] : lines;
}

/** Describes how the score was measured, and its baselines. */
function describeDetails(evaluation: Evaluation): string[] {
  const { majority, calibration } = evaluation;
  return [
    `  measured ${describeProtocol(evaluation)}`,
    `  always answering the most frequent class is right ${formatPercent(majority)} of the time (plain accuracy)`,
    `  ${describeTraining(evaluation)}`,
    `  its confidence is off by ${formatPercent(calibration.expectedError)} on average`,
  ];
}

const describeSpeakers = ({ speakers, groupedBy }: Evaluation): string =>
  speakers === undefined
    ? ""
    : groupedBy === "source"
      ? ` from ${speakers} sources`
      : ` by ${speakers} speakers`;

/** Lists at most five names, and the number of the others. */
function listFiles(files: readonly string[]): string {
  return files.slice(0, 5).join(", ") + (files.length > 5 ? ` and ${files.length - 5} more` : "");
}

const percent = (share: number): string => formatPercent(share, 0);

/**
 * Formats the table: class, recordings, precision, recall, F1, and the classes with which it was confused (at
 * most three, with at least half a recording each, counts rounded). A dash means that there is no recording
 * of the class, or no prediction of it.
 */
export function describeClasses({ labels, perClass, confusion }: Evaluation, width?: number): string[] {
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
  const head = ["class", "recordings", "precision", "recall", "F1", "classified as"];
  // On a narrow terminal, F1 is omitted first, since it follows from precision and recall.
  return formatTable([head, ...rows], width, ["F1", "classified as", "precision"]);
}
