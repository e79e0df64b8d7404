/**
 * A recording in a list: a button that plays it, what it is and what it was taken for, what was understood of it.
 *
 * Not its concern: which list.
 */
import { formatDuration, formatPercent } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportRecording } from "./report-data.ts";

/** The button that plays a recording; an empty place where it cannot be played. `index`: place in the report's recordings. */
export function writePlayButton({ file, audio }: ReportRecording, index: number): Markup {
  return audio
    ? html`<button type="button" class="play" data-play="${index}" aria-label="Play ${file}"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5v11l9.5-5.5z"/></svg></button>`
    : html`<span class="play none" aria-hidden="true"></span>`;
}

/** What it was taken for, in words; undefined where it was never held out. */
export function describeAnswer({ label, answers, scores }: ReportRecording): string | undefined {
  const [answer] = answers;
  if (!answer) return undefined;
  const probability = scores.find((score) => score.label === answer.label)?.share ?? 0;
  const times = answers.length > 1 ? `, ${formatPercent(answer.share, 0)} of the times` : "";
  const word = answer.label === label ? "recognised" : `taken for ${answer.label}`;
  return `${word} (probability ${formatPercent(probability, 0)}${times})`;
}

/** Whether what it was most often taken for is another class. */
export function isMistaken({ label, answers }: ReportRecording): boolean {
  return answers.length > 0 && answers[0]!.label !== label;
}

/** The probability of its own label while held out; 0 where it never was. */
export function getOwnScore({ label, scores }: ReportRecording): number {
  return scores.find((score) => score.label === label)?.share ?? 0;
}

/** The list item; `note` stands in place of what it was taken for. */
export function writeRecordingItem(recording: ReportRecording, index: number, note?: string): Markup {
  const { file, seconds, text } = recording;
  const told = note ?? describeAnswer(recording);
  return html`<li>${writePlayButton(recording, index)}<div><span class="file">${file}</span>${text !== undefined && (text === "" ? html`<small>no words understood</small>` : html`<q>${text}</q>`)}<small>${told && `${told}, `}${formatDuration(seconds)}</small></div></li>`;
}
