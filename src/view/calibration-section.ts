/**
 * How far its probabilities can be trusted: a reliability diagram.
 *
 * Not its concern: how calibration is measured.
 */
import type { Evaluation } from "../evaluate/evaluate.ts";
import { at, drawBoth, drawPicture, drawText, formatPercent, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/** Standard errors that a difference of claimed and true has to be of to be worth a word: 95 of 100 are less by chance. */
const worthSaying = 1.96;

/** The section; nothing where it was not measured. */
export function writeCalibration({ evaluation }: ReportData): Markup | undefined {
  if (!evaluation || evaluation.calibration.bins.length === 0) return undefined;
  const { logLoss, repeats, calibration } = evaluation;
  const { bins, expectedError, brierScore } = calibration;
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const claimed = bins.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / count;
  const right = bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0) / count;
  const difference = claimed - right;
  // Answers of repeats are of the same recordings.
  const error = Math.sqrt((right * (1 - right) * repeats) / count);
  const judgement =
    Math.abs(difference) < worthSaying * error
      ? "that fits, as far as so few can tell"
      : difference > 0
        ? "it is too sure of itself"
        : "it is more often right than it believes";
  return writeSection(
    "trust",
    "How far to trust its probabilities",
    html`On average it claims <b>${formatPercent(claimed, 0)}</b> and is right in <b>${formatPercent(right, 0)}</b>: ${judgement}.`,
    html`<div class="beside">${drawBoth((width) => drawReliability(calibration, repeats, width), { wide: 460, narrow: 344 })}
<div><p>Each dot holds answers of like probability, larger ones more answers. Thin lines are where 95 % of such shares lie by chance. On the dotted line, a claim of 80 % is right in 80 of 100 cases; below it, the claim is too high.</p>
<dl class="facts"><div><dt>mean distance from the line</dt><dd>${formatPercent(expectedError)}</dd></div><div><dt>nats of log loss</dt><dd>${logLoss.toFixed(2)}</dd></div><div><dt>Brier score</dt><dd>${brierScore.toFixed(2)}</dd></div></dl></div></div>`,
  );
}

function drawReliability({ bins }: Evaluation["calibration"], repeats: number, width: number): Markup {
  const [left, top, right] = [48, 16, width - 16];
  const side = right - left;
  const bottom = top + side;
  const x = (share: number) => at(left + side * share);
  const y = (share: number) => at(bottom - side * share);
  const most = Math.max(...bins.map(({ count }) => count));
  const told = bins.map(
    ({ confidence, accuracy }) =>
      `claimed ${formatPercent(confidence, 0)}, right ${formatPercent(accuracy, 0)}`,
  );
  return drawPicture(width, bottom + 46, `Reliability: ${told.join("; ")}`, [
    [0, 0.5, 1].map((tick) => [
      html`<path class="grid" d="M${x(tick)} ${top}V${bottom}M${left} ${y(tick)}H${right}"/>`,
      drawText(x(tick), bottom + 20, formatPercent(tick, 0), { anchor: "middle", kind: "quiet" }),
      drawText(left - 8, y(tick) + 4, Math.round(100 * tick), { anchor: "end", kind: "quiet" }),
    ]),
    html`<path class="chance" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>`,
    bins.map(({ count, confidence, accuracy }) => {
      const [low, high] = computeWilson(accuracy, count / repeats);
      return html`<path class="whisker" d="M${x(confidence)} ${y(low)}V${y(high)}"/>`;
    }),
    bins.map(
      ({ count, confidence, accuracy }) =>
        html`<circle class="score-dot" cx="${x(confidence)}" cy="${y(accuracy)}" r="${at(3 + 6 * Math.sqrt(count / most))}"/>`,
    ),
    drawText(left + side / 2, bottom + 40, "what it claims", { anchor: "middle", kind: "quiet" }),
    drawText(left + 8, top + 18, "how often it is right", { kind: "quiet" }),
  ]);
}

/** 95 % interval of a share among so many (Wilson 1927). */
function computeWilson(share: number, count: number): readonly [low: number, high: number] {
  const z = 1.96;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
