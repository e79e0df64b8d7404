/**
 * Formats events and the state of a live stream as text for the terminal.
 *
 * Not its concern: how events are found.
 */
import { formatPercent } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import type { DetectedEvent, LiveState } from "../detect/detector.ts";

/** Formats hours, minutes and seconds with hundredths. */
function formatClock(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const part = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const [hours, minutes] = [hundredths / 360_000, (hundredths / 6000) % 60];
  return `${part(hours)}:${part(minutes)}:${part((hundredths / 100) % 60)}.${part(hundredths % 100)}`;
}

/** Formats one line: start, end, label, confidence. */
export function describeEvent(
  { start, end, label, confidence }: DetectedEvent,
  bold: (text: string) => string,
): string {
  return `${formatClock(start)} - ${formatClock(end)}  ${bold(makePrintable(label))} ${formatPercent(confidence)}`;
}

/** Number of cells of the level bar, from the lowest level shown to full scale. */
const barCells = 20;
const minimumDb = -80;

/** Formats one line: time, level, the two labels with the highest scores. */
export function describeLiveState(state: LiveState): string {
  const { time, levelDb, isSound, scores, unknown, dropped } = state;
  const filled = Math.round(barCells * Math.min(1, Math.max(0, 1 - levelDb / minimumDb)));
  const best = Object.entries(scores)
    .filter(([, score]) => score >= 0.005)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 2)
    .map(([label, score]) => `${makePrintable(label)} ${formatPercent(score, 0)}`);
  if (unknown >= 0.5) best.unshift("unknown");
  return [
    formatClock(time).slice(0, -3),
    `${"█".repeat(filled)}${"░".repeat(barCells - filled)}`,
    isSound ? "●" : " ",
    best.join(", "),
    ...(dropped > 0 ? [`(${dropped} windows skipped)`] : []),
  ].join(" ");
}
