/**
 * The doctor's findings, most severe first, each with advice.
 *
 * Not its concern: how faults are found, their words (doctor/finding-words.ts).
 */
import { severities } from "../doctor/finding.ts";
import { englishFindings, getFindingTitle } from "../doctor/finding-words.ts";
import { formatNumberOf, writeSection } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { writeRecordingItem } from "./recording-item.ts";
import type { ReportData, ReportFinding } from "./report-data.ts";

/** Files shown per finding. */
const maximumFiles = 50;

/** The section; nothing where the doctor did not run. */
export function writeFindings({ findings, recordings }: ReportData): Markup | undefined {
  if (!findings) return undefined;
  const sorted = severities.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const severe = sorted.filter(({ severity }) => severity === "severe").length;
  const places = new Map(recordings.map(({ file }, index) => [file, index]));
  const sentence =
    sorted.length === 0
      ? "Nothing was found that would distort the score: no damaged recordings, no copies, no doubtful labels."
      : severe > 0
        ? html`<b>${formatNumberOf(severe, "finding")}</b> could distort the score. Look at ${severe === 1 ? "it" : "them"} before trusting a number on this page.`
        : html`<b>${formatNumberOf(sorted.length, "finding")}</b>, none of them severe.`;
  return writeSection(
    "doctor",
    "What the doctor found",
    sentence,
    sorted.length > 0 &&
      html`<ul class="findings">${sorted.map((finding) => writeFinding(finding, places, recordings))}</ul>`,
  );
}

function writeFinding(
  { kind, severity, files, message, advice }: ReportFinding,
  places: ReadonlyMap<string, number>,
  recordings: ReportData["recordings"],
): Markup {
  const items = files.slice(0, maximumFiles).map((file) => {
    const index = places.get(file);
    return index === undefined
      ? html`<li><span class="play none" aria-hidden="true"></span><div><span class="file">${file}</span></div></li>`
      : writeRecordingItem(recordings[index]!, index);
  });
  return html`<li class="is-${severity}"><span class="severity">${severity}</span><div><p><b>${getFindingTitle(englishFindings, kind)}.</b> ${message}</p><p class="quiet">${advice}</p>${
    files.length > 0 &&
    html`<details><summary>${formatNumberOf(files.length, "recording")}</summary><ul class="recordings">${items}</ul>${files.length > maximumFiles && html`<p class="note">and ${files.length - maximumFiles} more</p>`}</details>`
  }</div></li>`;
}
