/**
 * The recordings to listen to first, each with its spectrogram, its words and what it was taken for.
 *
 * Not its concern: how spectrograms are made.
 */
import { formatDuration, formatPercent, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { pickRecordings } from "./pick-recordings.ts";
import { writePlayButton } from "./recording-item.ts";
import type { ReportData, ReportRecording } from "./report-data.ts";

/** The section; nothing where there is no such recording. */
export function writeListening({ recordings, findings, evaluation }: ReportData): Markup | undefined {
  const { worst, suspicious } = pickRecordings(recordings, findings);
  if (worst.length + suspicious.length === 0) return undefined;
  const one = worst[0] === undefined ? undefined : recordings[worst[0]];
  const cards = (title: string, picked: readonly number[]) =>
    picked.length > 0 &&
    html`<h3>${title}</h3><div class="strip" tabindex="0" role="region" aria-label="${title}"><ul class="cards">${picked.map((index) => writeCard(recordings[index]!, index, findings))}</ul></div>`;
  return writeSection(
    "listen",
    "Listen to these first",
    one
      ? html`The answer it was most wrong about: <b>${one.label}</b>, taken for <b>${one.answers[0]!.label}</b>.`
      : "Their labels are doubtful, or the doctor has something to say of them.",
    html`${cards(evaluation?.protocol === "held-out" ? "Most wrong in the test" : "Most wrong while held out", worst)}
${cards("Suspicious: is the label right?", suspicious)}`,
  );
}

function writeCard(recording: ReportRecording, index: number, findings: ReportData["findings"] = []): Markup {
  const { file, label, text, scores, seconds, spectrogram, speaker } = recording;
  const shown = scores.slice(0, 3);
  const own = scores.find((score) => score.label === label);
  if (own && !shown.includes(own)) shown.push(own);
  const said = findings.filter(({ files }) => files.includes(file)).slice(0, 3);
  return html`<li class="card">
<div class="picture">${spectrogram ? html`<img src="data:image/png;base64,${spectrogram}" alt="Spectrogram, ${formatDuration(seconds)}" width="320" height="96">` : html`<div class="blank"></div>`}${writePlayButton(recording, index)}</div>
<p class="file">${file}</p>${text !== undefined && (text === "" ? html`<small>no words understood</small>` : html`<q>${text}</q>`)}
<table class="scores"><tbody>${shown.map(
    (score) =>
      html`<tr${score === own && html` class="own"`}><th scope="row">${score.label}${score === own && html` <span class="tag">its label</span>`}</th><td><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8" rx="2"/><rect class="fill" width="${(100 * score.share).toFixed(1)}" height="8" rx="2"/></svg></td><td class="percent">${formatPercent(score.share, 0)}</td></tr>`,
  )}</tbody></table>
<small>${formatDuration(seconds)}${speaker && `, ${speaker}`}</small>${said.map(({ kind, files, message }) => html`<p class="said">${files.length > 1 ? `the doctor says: ${kind}` : message}</p>`)}</li>`;
}
