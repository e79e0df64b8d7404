/**
 * An evaluation in words, for people at a terminal.
 *
 * Must not know: how it was computed, where it is shown.
 */
import type { Evaluation } from "../evaluate/evaluate.ts";

/** Width of the interval above which the score is called uncertain. */
const wideInterval = 0.3;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Lines that tell score, interval, what to compare with, and where it goes wrong. */
export function describeEvaluation(evaluation: Evaluation, bold: (text: string) => string): string[] {
  const { balancedAccuracy, interval, chance, majority, trainAccuracy, mostConfused, calibration } =
    evaluation;
  const lines = [
    `${bold(`Held-out balanced accuracy ${percent(balancedAccuracy)}`)}  (95 % interval ${percent(interval[0])} to ${percent(interval[1])})`,
    `  guessing gives ${percent(chance)}, always answering the most frequent class ${percent(majority)} (plain accuracy)`,
    `  measured ${describeProtocol(evaluation)}`,
    `  on its own training recordings it is right ${percent(trainAccuracy)} of the time, which says little`,
    `  its confidence is off by ${percent(calibration.expectedError)} on average`,
    `  ${describeVerdict(evaluation)}`,
  ];
  if (interval[1] - interval[0] > wideInterval) {
    lines.push(
      `  this score is uncertain: ${evaluation.recordings} recordings${describeSpeakers(evaluation)}`,
    );
  }
  // Counts are means over the repeats of cross-validation; less than half a recording is no pattern.
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
      `Labels it does not know, left out of the score: ${unseen.map(([label, count]) => `${label} (${count})`).join(", ")}`,
    );
  }
  if (evaluation.overlap.length > 0) {
    lines.push(`Left out because it was trained on them: ${listFiles(evaluation.overlap)}`);
  }
  return lines;
}

/** What the score means for somebody who wants to use the golem: judged by the lower limit, what can be relied on. */
function describeVerdict({ interval: [low, high], chance }: Evaluation): string {
  if (low <= chance)
    return "so far this cannot be told from guessing: it needs more recordings, or another task";
  if (low < 0.5) {
    const wrong = high < 0.5 ? "but mostly wrong" : "but maybe wrong more often than right";
    return `better than guessing, ${wrong}: more recordings a class, by more speakers, help most`;
  }
  if (low < 0.9)
    return "useful where a mistake costs little; more recordings a class, by more speakers, help most";
  return "good; keep testing it on recordings from where it will be used";
}

function describeProtocol({
  protocol,
  recordings,
  grouping,
  groupingReason,
  folds,
  repeats,
}: Evaluation): string {
  if (protocol === "held-out") {
    const caution = groupingReason === undefined ? "" : `; ${groupingReason}`;
    return `on ${recordings} recordings held out of training${caution}`;
  }
  const base = `by cross-validation on ${recordings} recordings (${folds} folds, ${repeats} times)`;
  return grouping === "speaker"
    ? `${base}, no speaker on both sides of a fold`
    : `${base}, speakers not kept apart${groupingReason ? ` (${groupingReason})` : ""}`;
}

const describeSpeakers = ({ speakers }: Evaluation): string =>
  speakers === undefined ? "" : ` by ${speakers} speakers`;

/** At most five names, and how many more. */
function listFiles(files: readonly string[]): string {
  return files.slice(0, 5).join(", ") + (files.length > 5 ? ` and ${files.length - 5} more` : "");
}
