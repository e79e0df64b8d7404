/**
 * An evaluation as text for the terminal, and its scores per class as a table.
 *
 * Not its concern: how it was computed, where it is shown.
 */

import { formatPercent } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { describeScoreName } from "../evaluate/standing.ts";
import {
  describeChance,
  describeInterval,
  describeProtocol,
  describeTraining,
  describeVerdict,
  describeVoices,
} from "../view/sentences.ts";
import { formatTable } from "./text-table.ts";

/** Width of the interval above which the score is called uncertain. */
const wideInterval = 0.3;

/** Lines with the score, its interval, baselines and confusions. */
export function describeEvaluation(evaluation: Evaluation, bold: (text: string) => string): string[] {
  const { balancedAccuracy, interval, majority, mostConfused, calibration } = evaluation;
  const lines = [
    `${bold(`${describeScoreName(evaluation)} ${formatPercent(balancedAccuracy)}${describeVoices(evaluation)}`)}  (${describeInterval(evaluation)})`,
    `  ${describeChance(evaluation)}, always answering the most frequent class ${formatPercent(majority)} (plain accuracy)`,
    `  measured ${describeProtocol(evaluation)}`,
    `  ${describeTraining(evaluation)}`,
    `  its confidence is off by ${formatPercent(calibration.expectedError)} on average`,
    `  ${describeVerdict(evaluation)}`,
  ];
  if (interval[1] - interval[0] > wideInterval) {
    lines.push(
      `  this score is uncertain: ${evaluation.recordings} recordings${describeSpeakers(evaluation)}`,
    );
  }
  // Counts are means over the repeats of cross-validation; less than half a recording is noise.
  const confused = mostConfused.filter(({ count }) => count >= 0.5).slice(0, 3);
  if (confused.length > 0) {
    const pairs = confused.map(
      ({ truth, predicted, count }) =>
        `${makePrintable(`${truth} classified as ${predicted}`)} (${Math.round(count)})`,
    );
    lines.push(`Most confused: ${pairs.join(", ")}`);
  }
  const unseen = Object.entries(evaluation.unseenLabels);
  if (unseen.length > 0) {
    lines.push(
      `Unknown labels, left out of the score: ${unseen.map(([label, count]) => `${makePrintable(label)} (${count})`).join(", ")}`,
    );
  }
  if (evaluation.overlap.length > 0) {
    lines.push(`Left out because they are training recordings: ${listFiles(evaluation.overlap)}`);
  }
  return lines;
}

const describeSpeakers = ({ speakers, groupedBy }: Evaluation): string =>
  speakers === undefined
    ? ""
    : groupedBy === "source"
      ? ` from ${speakers} sources`
      : ` by ${speakers} speakers`;

/** At most five names, and how many more. */
function listFiles(files: readonly string[]): string {
  return files.slice(0, 5).join(", ") + (files.length > 5 ? ` and ${files.length - 5} more` : "");
}

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
  return formatTable([["class", "recordings", "precision", "recall", "F1", "classified as"], ...rows]);
}
