/**
 * What more recordings would give: the learning curve, measured and forecast.
 *
 * Not its concern: how it was measured.
 */
import type { LearningCurve } from "../evaluate/learning-curve.ts";
import { at, drawBoth, drawPicture, drawText, formatPercent, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/** The section; nothing where the curve was not measured. */
export function writeCurve({ learningCurve }: ReportData): Markup | undefined {
  if (!learningCurve || learningCurve.points.length === 0) return undefined;
  const doubled = learningCurve.forecasts.find(({ growth }) => growth === 2);
  const best = learningCurve.classGains.find(({ outgrows }) => !outgrows);
  const points = (share: number) => `${(100 * share).toFixed(1)} points`;
  return writeSection(
    "curve",
    "What more recordings would give",
    doubled
      ? html`Twice as many: about <b>${points(doubled.gain)}</b> more (${points(doubled.gainInterval[0])} to ${points(doubled.gainInterval[1])}).${best && best.gain > 0 && html` Of single classes, <b>${best.label}</b> would gain most.`}`
      : "The score with fewer recordings of each class than there are.",
    html`${drawBoth((width, isNarrow) => drawCurve(learningCurve, width, isNarrow))}
<p class="note">Full line: measured on recordings held out, with 95 % intervals. Broken line: forecast, for recordings like those there are. Speakers not heard before usually give more.</p>`,
  );
}

function drawCurve({ points, forecasts, chance }: LearningCurve, width: number, isNarrow: boolean): Markup {
  const [left, top, right, bottom] = [isNarrow ? 34 : 48, 16, width - 20, isNarrow ? 240 : 340];
  const beyond = forecasts.filter(({ growth }) => growth >= 1);
  const all = [...points, ...beyond];
  const [first, last] = [
    Math.min(...all.map(({ recordingsPerClass }) => recordingsPerClass)),
    Math.max(...all.map(({ recordingsPerClass }) => recordingsPerClass)),
  ];
  const x = (recordings: number) =>
    at(left + 12 + ((right - left - 24) * Math.log(recordings / first)) / (Math.log(last / first) || 1));
  const y = (share: number) => at(bottom - (bottom - top) * share);
  const band = (of: readonly { recordingsPerClass: number; interval: readonly [number, number] }[]) =>
    [
      ...of.map((p) => [p.recordingsPerClass, p.interval[1]]),
      ...[...of].reverse().map((p) => [p.recordingsPerClass, p.interval[0]]),
    ]
      .map(([recordings, share]) => `${x(recordings!)},${y(share!)}`)
      .join(" ");
  const line = (of: readonly { recordingsPerClass: number; balancedAccuracy: number }[]) =>
    of.map((p) => `${x(p.recordingsPerClass)},${y(p.balancedAccuracy)}`).join(" ");
  const told = all.map(
    (p) => `${p.recordingsPerClass.toFixed(0)} a class ${formatPercent(p.balancedAccuracy, 0)}`,
  );
  let free = Number.NEGATIVE_INFINITY;
  const named = all.filter(({ recordingsPerClass }) => {
    const place = x(recordingsPerClass);
    if (place - free < 30) return false;
    free = place;
    return true;
  });
  return drawPicture(width, bottom + 48, `Learning curve: ${told.join(", ")}`, [
    [0, 0.25, 0.5, 0.75, 1].map((tick) => [
      html`<path class="grid" d="M${left} ${y(tick)}H${right}"/>`,
      drawText(left - 8, y(tick) + 4, Math.round(100 * tick), { anchor: "end", kind: "quiet" }),
    ]),
    html`<path class="chance" d="M${left} ${y(chance)}H${right}"/>`,
    drawText(right, y(chance) - 6, "guessing", { anchor: "end", kind: "quiet" }),
    html`<polygon class="band" points="${band(points)}"/>`,
    beyond.length > 1 &&
      html`<polygon class="band pale" points="${band(beyond)}"/><polyline class="line dashed" points="${line(beyond)}"/>`,
    html`<polyline class="line" points="${line(points)}"/>`,
    points.map(
      (p) =>
        html`<circle class="score-dot" cx="${x(p.recordingsPerClass)}" cy="${y(p.balancedAccuracy)}" r="5"/>`,
    ),
    named.map((p) =>
      drawText(
        x(p.recordingsPerClass),
        bottom + 20,
        p.recordingsPerClass.toFixed(p.recordingsPerClass < 10 && p.recordingsPerClass % 1 ? 1 : 0),
        { anchor: "middle", kind: "quiet" },
      ),
    ),
    drawText((left + right) / 2, bottom + 42, "recordings of each class", {
      anchor: "middle",
      kind: "quiet",
    }),
  ]);
}
