/**
 * Formats the doctor's findings as lines for a terminal.
 *
 * Not its concern: how they were found, their wording (doctor/finding-words.ts).
 */
import { formatNumberOf } from "../core/format.ts";
import { makePrintable } from "../core/printable.ts";
import { type Finding, listNames, type Severity, severities } from "../doctor/finding.ts";
import { englishFindings, getFindingTitle } from "../doctor/finding-words.ts";
import type { Diagnosis } from "../workflow/examine-recordings.ts";
import type { Terminal } from "./terminal.ts";
import { formatRow, wrapWords } from "./text-table.ts";

type Style = Pick<Terminal, "bold" | "dim" | "red" | "yellow" | "width">;

/** Maximum number of findings per kind that are shown in full, and of files per finding. */
const findingsShown = 3;
const filesShown = 4;

/** Describes the findings, most harmful first, and a verdict. */
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
    ...wrapWords(
      `Examined ${formatNumberOf(recordings, "recording")} in ${classes} class${classes === 1 ? "" : "es"}${left}: ${counts.join(", ") || "nothing found"}`,
      style.width ?? Number.POSITIVE_INFINITY,
    ).map(style.bold),
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
      lines.push(
        style.dim(`            and ${count - findingsShown} more of ${finding.kind} (see --json)`),
        "",
      );
    }
  }
  lines.push(...describeVerdict(findings, style));
  return lines;
}

/** Describes a finding in about three lines: message, advice, files. */
export function describeFinding(
  { kind, severity, message, advice, files }: Omit<Finding, "kind" | "reason"> & { readonly kind: string },
  style: Style,
): string[] {
  const paint = { severe: style.red, warning: style.yellow, note: style.dim }[severity];
  const title = `${getFindingTitle(englishFindings, kind)} (${kind})`;
  const [first, ...others] = formatRow(
    severity,
    `${title}: ${makePrintable(message)}`,
    style.width,
    style.bold(title),
  );
  const lines = [
    `${paint(severity)}${first!.slice(severity.length)}`,
    ...others,
    ...formatRow("", `-> ${makePrintable(advice)}`, style.width),
  ];
  // Copies are named in the message.
  if (files.length > 0 && kind !== "near-duplicate") {
    const names = formatRow("", makePrintable(listNames(files, filesShown)), style.width);
    lines.push(...names.map((line) => style.dim(line)));
  }
  return lines;
}

function describeVerdict(findings: readonly Finding[], { red, yellow, width }: Style): string[] {
  const has = (severity: Severity) => findings.some((finding) => finding.severity === severity);
  const format = (text: string, paint = (line: string) => line) =>
    wrapWords(text, width ?? Number.POSITIVE_INFINITY).map(paint);
  if (has("severe"))
    return format("Do not rely on a score on these recordings until the severe findings are resolved.", red);
  if (has("warning"))
    return format("Ready for training; check the warnings before you rely on the score.", yellow);
  return format("Ready for training.");
}
