/**
 * The end of the page: every recording in a table, what was left out, how to get the same again, and what the page holds.
 *
 * Not its concern: where any of it is from.
 */
import { formatDuration, formatNumberOf, formatPercent, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { isMistaken, writePlayButton } from "./recording-item.ts";
import type { ReportData, ReportRecording } from "./report-data.ts";

const maximumRows = 2000;
const maximumSkipped = 200;

/** All recordings, and those left out. */
export function writeRecordings({ recordings, evaluation }: ReportData): Markup {
  const skipped = evaluation?.skipped ?? [];
  const overlap = evaluation?.overlap ?? [];
  const unseen = Object.entries(evaluation?.unseenLabels ?? {});
  const left = skipped.length + overlap.length;
  return writeSection(
    "recordings",
    "Every recording",
    html`${formatNumberOf(recordings.length, "recording")}, ${left === 0 ? "none left out" : `and ${left} left out`}.`,
    html`<details><summary>Show ${recordings.length > maximumRows ? `${maximumRows} of them` : "them all"}</summary>
<p class="filter"><label>Show only <input type="search" id="filter" autocomplete="off" placeholder="file, class or words"></label></p>
<div class="scroll" tabindex="0" role="region" aria-label="All recordings"><table class="rows" id="rows"><thead><tr><th scope="col"><span class="hidden">Play</span></th><th scope="col">recording</th><th scope="col">label</th><th scope="col">taken for</th><th scope="col" class="percent">its label got</th><th scope="col" class="percent">length</th></tr></thead>
<tbody>${recordings.slice(0, maximumRows).map(writeRow)}</tbody></table></div></details>
${
  left + unseen.length > 0 &&
  html`<details><summary>What was left out</summary><ul class="plain">${skipped.slice(0, maximumSkipped).map(({ file, code, message }) => html`<li><span class="file">${file}</span> ${message} <small>${code}</small></li>`)}${skipped.length > maximumSkipped && html`<li>and ${skipped.length - maximumSkipped} more</li>`}${overlap.slice(0, maximumSkipped).map((file) => html`<li><span class="file">${file}</span> was trained on</li>`)}${unseen.map(([label, count]) => html`<li><b>${label}</b> is no class of the golem (${formatNumberOf(count, "recording")})</li>`)}</ul></details>`
}`,
  );
}

function writeRow(recording: ReportRecording, index: number): Markup {
  const { file, label, text, answers, scores, seconds, isTrained } = recording;
  const own = scores.find((score) => score.label === label);
  return html`<tr${isMistaken(recording) && html` class="wrong"`}><td>${writePlayButton(recording, index)}</td><td><span class="file">${file}</span>${text && html` <q>${text}</q>`}</td><td>${label}</td><td>${answers[0]?.label ?? (isTrained ? "learned from" : "–")}</td><td class="percent">${own ? formatPercent(own.share, 0) : "–"}</td><td class="percent">${formatDuration(seconds)}</td></tr>`;
}

/** Commands, versions, fingerprints. */
export function writeReproduction({ reproduction }: ReportData): Markup {
  return writeSection(
    "again",
    "How to get the same again",
    "Same recordings, same seed, same version on the same machine: the same numbers to the last digit.",
    html`<pre tabindex="0" aria-label="Commands"><code>${reproduction.commands.join("\n")}</code></pre>
<dl class="hashes">${reproduction.facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
  );
}

/** What leaves the machine with this file. */
export function writeFooter({ recordings }: ReportData): Markup {
  const clips = recordings.filter(({ audio }) => audio?.kind === "clip");
  const links = recordings.filter(({ audio }) => audio?.kind === "link").length;
  const pictures = recordings.filter(({ spectrogram }) => spectrogram !== undefined).length;
  const texts = recordings.filter(({ text }) => text !== undefined).length;
  const seconds = clips.reduce((sum, { audio }) => sum + (audio?.kind === "clip" ? audio.seconds : 0), 0);
  const holds = [
    `names and labels of ${formatNumberOf(recordings.length, "recording")}`,
    ...(texts > 0 ? ["what was said in them, as it was understood"] : []),
    ...(clips.length > 0
      ? [`the sound of ${clips.length} of them (${formatDuration(seconds)}, so voices can be heard)`]
      : []),
    ...(pictures > 0 ? [`${formatNumberOf(pictures, "spectrogram")}`] : []),
  ];
  const list = new Intl.ListFormat("en-GB").format(holds);
  const sound =
    clips.length === 0
      ? links > 0
        ? " It holds no sound; play buttons work while the recordings stay where they are. Run golem report to put sound and spectrograms in."
        : " It holds no sound. Run golem report to put sound and spectrograms in."
      : links > 0
        ? ` ${formatNumberOf(links, "further recording")} can be played while they stay where they are.`
        : "";
  return html`<footer><p><b>Before you pass this file on:</b> it holds ${list}.${sound} It asks no other computer for anything.</p></footer>`;
}
