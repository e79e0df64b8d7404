/**
 * The first thing on the page: the held-out score with its interval, against guessing and against the training recordings.
 *
 * Not its concern: how scores are computed.
 */
import type { Evaluation } from "../evaluate/evaluate.ts";
import {
  at,
  drawBoth,
  drawPicture,
  drawText,
  formatDuration,
  formatNumberOf,
  formatPercent,
} from "./chart.ts";
import { describeProtocol, describeVerdict } from "./evaluation-words.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/** Title, score and picture. */
export function writeScore({ kind, name, evaluation, training, labels }: ReportData): Markup {
  const facts = [
    ["classes", String(labels.length)],
    ["recordings learned from", String(training.recordings)],
    ["of sound", formatDuration(training.seconds)],
    ...(evaluation
      ? [
          ["macro F1", evaluation.macroF1.toFixed(2)],
          ["nats of log loss", evaluation.logLoss.toFixed(2)],
        ]
      : []),
  ];
  const numbers = html`<dl class="facts">${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
  const title = html`<h1><span class="kicker">${kind === "golem" ? "How well a golem does" : "A golem on a test set"}</span> ${name}</h1>`;
  if (!evaluation) {
    return html`<section id="score" class="hero" aria-label="Score">${title}
<p class="lead">Not scored: a class has one recording, so nothing could be held out. Record a second one of every class, or name a test set.</p>${numbers}</section>`;
  }
  const { balancedAccuracy, interval } = evaluation;
  const verdict = describeVerdict(evaluation);
  return html`<section id="score" class="hero" aria-label="Score">${title}
<div class="score"><p class="number">${(100 * balancedAccuracy).toFixed(1)}<span>%</span></p>
<div><p class="lead">of what it has never heard it gets right: balanced accuracy, every class counting the same. With 95 % certainty between <b>${formatPercent(interval[0])}</b> and <b>${formatPercent(interval[1])}</b>.</p>
<p>${verdict[0]!.toUpperCase()}${verdict.slice(1)}. Measured ${describeProtocol(evaluation)}${evaluation.speakers === undefined ? "" : `, by ${formatNumberOf(evaluation.speakers, "speaker")}`}.</p></div></div>
${drawBoth((width, isNarrow) => drawScore(evaluation, width, isNarrow))}
${numbers}</section>`;
}

function drawScore(evaluation: Evaluation, width: number, isNarrow: boolean): Markup {
  const { balancedAccuracy, interval, chance, trainAccuracy } = evaluation;
  const left = isNarrow ? 14 : 232;
  const right = width - (isNarrow ? 18 : 30);
  const x = (share: number) => at(left + (right - left) * share);
  const rowHeight = isNarrow ? 66 : 56;
  const top = 46;
  const y = (row: number) => top + rowHeight * row + (isNarrow ? 30 : 14);
  const bottom = top + 2 * rowHeight + 6;
  const name = (row: number, text: string) =>
    isNarrow
      ? drawText(left, y(row) - 20, text, { kind: "quiet" })
      : drawText(0, y(row) + 5, text, { kind: "strong" });
  const label =
    `Held out ${formatPercent(balancedAccuracy)}, interval ${formatPercent(interval[0])} to ${formatPercent(interval[1])}; ` +
    `guessing ${formatPercent(chance)}; on its own training recordings ${formatPercent(trainAccuracy)}`;
  const chanceAnchor = chance > 0.4 ? "middle" : "start";
  return drawPicture(width, bottom + 30, label, [
    [0, 0.25, 0.5, 0.75, 1].map((tick) => [
      html`<path class="grid" d="M${x(tick)} ${top - 10}V${bottom}"/>`,
      drawText(x(tick), bottom + 20, formatPercent(tick, 0), { anchor: "middle", kind: "quiet" }),
    ]),
    html`<path class="chance" d="M${x(chance)} ${top - 18}V${bottom}"/>`,
    drawText(
      chanceAnchor === "start" ? x(chance) - 4 : x(chance),
      top - 26,
      `guessing ${formatPercent(chance)}`,
      { anchor: chanceAnchor, kind: "quiet" },
    ),
    name(0, "never heard before"),
    html`<rect class="interval" x="${x(interval[0])}" y="${y(0) - 11}" width="${at(x(interval[1]) - x(interval[0]))}" height="22" rx="11"/>
<circle class="score-dot" cx="${x(balancedAccuracy)}" cy="${y(0)}" r="8"/>`,
    name(1, "its own training recordings"),
    html`<circle class="train-dot" cx="${x(trainAccuracy)}" cy="${y(1)}" r="7"/>`,
    drawText(
      x(trainAccuracy) + (trainAccuracy > 0.55 ? -16 : 16),
      y(1) + 5,
      `${formatPercent(trainAccuracy)}, which says little`,
      { anchor: trainAccuracy > 0.55 ? "end" : "start", kind: "quiet" },
    ),
  ]);
}
