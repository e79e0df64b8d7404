/**
 * The report: one HTML file that needs nothing else, asks nobody for anything, and runs no script but its own.
 *
 * A policy in its head (Content Security Policy Level 3) allows the one script and the one style sheet by their hashes, pictures and
 * sound from within, and recordings beside the file where it links to them.
 * Not its concern: how anything it shows was computed.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { encodeBase64 } from "../core/base64.ts";
import { writeCalibration } from "./calibration-section.ts";
import { writeConfusion } from "./confusion-section.ts";
import { writeCurve } from "./curve-section.ts";
import { writeFooter, writeRecordings, writeReproduction } from "./details-section.ts";
import { writeFindings } from "./findings-section.ts";
import { writeListening } from "./listen-section.ts";
import { writeMap } from "./map-section.ts";
import { html, type Markup, trust, writeDataBlock } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { describeAnswer } from "./recording-item.ts";
import type { ReportData } from "./report-data.ts";
import { writeScore } from "./score-section.ts";
import { writeViews } from "./views-section.ts";

/** Writes the page. The same data gives the same text. */
export function writeReport(data: ReportData): string {
  const sections: readonly (readonly [id: string, name: string, content: Markup | undefined])[] = [
    ["mistakes", "mistakes", writeConfusion(data)],
    ["listen", "listen", writeListening(data)],
    ["map", "map", writeMap(data)],
    ["views", "where it lies", writeViews(data)],
    ["trust", "trust", writeCalibration(data)],
    ["curve", "more data", writeCurve(data)],
    ["doctor", "doctor", writeFindings(data)],
    ["recordings", "recordings", writeRecordings(data)],
    ["again", "again", writeReproduction(data)],
  ];
  const there = sections.filter(([, , content]) => content !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${writePolicy(data)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${data.name}: golem report</title>
<link rel="icon" href="data:,">
<style>${trust(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<nav class="top" aria-label="Sections"><span class="brand">golem report</span><div class="links" tabindex="0" role="group" aria-label="Sections of this page">${there.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</div><button type="button" id="theme" hidden>Dark</button></nav>
<main id="main">
${writeScore(data)}
${there.map(([, , content]) => content)}
</main>
${writeFooter(data)}
<div id="tip" role="tooltip" hidden></div>
<aside id="player" aria-label="Player" hidden><div class="what"><p class="file" id="player-file"></p><p id="player-text"></p></div><audio id="audio" controls></audio><button type="button" id="player-close" aria-label="Close the player">×</button></aside>
<noscript><p class="note">Without JavaScript nothing can be played or opened here; everything else is shown.</p></noscript>
${writeDataBlock("recordings-data", listForScript(data))}
<script>${trust(pageScript)}</script>
${writeClips(data)}
</body>
</html>
`;
  return page.text;
}

/** What the script needs of each recording: name, label, what it was taken for, words, sound. */
function listForScript({ recordings }: ReportData) {
  return recordings.map((recording) => {
    const { file, label, text, audio } = recording;
    const source = audio && (audio.kind === "clip" ? { clip: true } : { link: audio.href });
    return { file, label, ...(text ? { text } : {}), told: describeAnswer(recording) ?? "", ...source };
  });
}

/** Sound comes last and each clip by itself, so that the page is there before it and nothing is read that is not played. */
function writeClips({ recordings }: ReportData): Markup[] {
  return recordings.flatMap(({ audio }, index) =>
    audio?.kind === "clip"
      ? [html`<script type="text/plain" id="clip-${index}">${audio.base64}</script>\n`]
      : [],
  );
}

function writePolicy({ recordings }: ReportData): string {
  const hash = (text: string) => `'sha256-${encodeBase64(sha256(utf8ToBytes(text)))}'`;
  const links = recordings.some(({ audio }) => audio?.kind === "link");
  return [
    "default-src 'none'",
    `script-src ${hash(pageScript)}`,
    `style-src ${hash(pageStyle)}`,
    "img-src data:",
    `media-src data: blob:${links ? " 'self' file:" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
