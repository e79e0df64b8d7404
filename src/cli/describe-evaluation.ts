/**
 * An evaluation as text for the terminal.
 *
 * Not its concern: how it was computed, where it is shown.
 */
import { formatPercent } from "../core/format.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import {
  describeChance,
  describeInterval,
  describeProtocol,
  describeTraining,
  describeVerdict,
  describeVoices,
} from "../view/sentences.ts";

/** Width of the interval above which the score is called uncertain. */
const wideInterval = 0.3;

/** Lines with the score, its interval, baselines and confusions. */
export function describeEvaluation(evaluation: Evaluation, bold: (text: string) => string): string[] {
  const { balancedAccuracy, interval, majority, mostConfused, calibration } = evaluation;
  const lines = [
    `${bold(`Held-out balanced accuracy ${formatPercent(balancedAccuracy)}${describeVoices(evaluation)}`)}  (${describeInterval(evaluation)})`,
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
      ({ truth, predicted, count }) => `${truth} taken for ${predicted} (${Math.round(count)})`,
    );
    lines.push(`Most confused: ${pairs.join(", ")}`);
  }
  const unseen = Object.entries(evaluation.unseenLabels);
  if (unseen.length > 0) {
    lines.push(
      `Unknown labels, left out of the score: ${unseen.map(([label, count]) => `${label} (${count})`).join(", ")}`,
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
