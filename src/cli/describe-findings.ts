/**
 * The doctor's findings as lines for a terminal.
 *
 * Not its concern: how they were found, their words (doctor/finding-words.ts).
 */
import { formatNumberOf } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import { type Finding, listNames, type Severity, severities } from "../doctor/finding.ts";
import { englishFindings, getFindingTitle } from "../doctor/finding-words.ts";
import type { Diagnosis } from "../workflow/examine-recordings.ts";
import type { Terminal } from "./terminal.ts";

type Style = Pick<Terminal, "bold" | "dim" | "red" | "yellow">;

/** Findings per kind that are shown in full, and files per finding. */
const findingsShown = 3;
const filesShown = 4;

/** The findings, most harmful first, and a verdict. */
export function describeDiagnosis(
  { recordings, classes, findings, skipped }: Diagnosis,
  style: Style,
): string[] {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count > 0 ? [severity === "severe" ? `${count} severe` : formatNumberOf(count, severity)] : [];
  });
  const left = skipped.length > 0 ? ` (${skipped.length} left out)` : "";
  const lines = [
    style.bold(
      `Examined ${formatNumberOf(recordings, "recording")} in ${classes} class${classes === 1 ? "" : "es"}${left}: ${counts.join(", ") || "nothing found"}`,
    ),
    "",
  ];
  const shown = new Map<string, number>();
  for (const [i, finding] of findings.entries()) {
    const key = `${finding.severity} ${finding.kind}`;
    const count = (shown.get(key) ?? 0) + 1;
    shown.set(key, count);
    if (count <= findingsShown) lines.push(...describeFinding(finding, style), "");
    const next = findings[i + 1];
    if (count > findingsShown && `${next?.severity} ${next?.kind}` !== key) {
      lines.push(style.dim(`        and ${count - findingsShown} more of ${finding.kind} (see --json)`), "");
    }
  }
  lines.push(describeVerdict(findings, style));
  return lines;
}

/** About three lines per finding: what was found, what to do, which files. */
export function describeFinding(
  { kind, severity, message, advice, files }: Omit<Finding, "kind" | "reason"> & { readonly kind: string },
  style: Style,
): string[] {
  const paint = { severe: style.red, warning: style.yellow, note: style.dim }[severity];
  const lines = [
    `${paint(severity.padEnd(7))} ${style.bold(`${getFindingTitle(englishFindings, kind)} (${kind})`)}: ${makePrintable(message)}`,
    `        -> ${makePrintable(advice)}`,
  ];
  // Copies are named in the message.
  if (files.length > 0 && kind !== "near-duplicate") {
    lines.push(style.dim(`        ${makePrintable(listNames(files, filesShown))}`));
  }
  return lines;
}

function describeVerdict(findings: readonly Finding[], { red, yellow }: Style): string {
  const has = (severity: Severity) => findings.some((finding) => finding.severity === severity);
  if (has("severe"))
    return red("Do not believe a score on these recordings until the severe findings are resolved.");
  if (has("warning")) return yellow("Fit to train on; check the warnings before you rely on the score.");
  return "Fit to train on.";
}
