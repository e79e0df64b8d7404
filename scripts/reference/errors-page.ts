/**
 * docs/errors.md, from the codes in the source.
 *
 * Not its concern: where it is written.
 */
import { warningReference } from "../../src/audio/warning.ts";
import { type ErrorExplanation, errorReference } from "../../src/core/error-reference.ts";
import { statusOfCode } from "../../src/server/problem.ts";

/** Writes the page. */
export function writeErrorsPage(): string {
  const entries = Object.entries(errorReference) as [keyof typeof errorReference, ErrorExplanation][];
  const groups = [...new Set(entries.map(([, { group }]) => group))];
  const sections = groups.map((group) => {
    const rows = entries
      .filter(([, explanation]) => explanation.group === group)
      .map(([code, { cause, remedy }]) =>
        writeRow([`<a id="${code}"></a>\`${code}\`<br>HTTP ${statusOfCode[code]}`, `${cause}<br>${remedy}`]),
      );
    return `## ${group}\n\n| code | cause, and what to do |\n|---|---|\n${rows.join("\n")}\n`;
  });
  const warnings = Object.entries(warningReference).map(([code, meaning]) =>
    writeRow([`\`${code}\``, meaning]),
  );
  return `# Errors and warnings

<!-- Made by \`npm run reference\`. -->

Codes never change; command line, library and server report the same ones, each with a message
(what was found, what was expected) and a hint. \`golem help CODE\` prints a row of these tables.

${sections.join("\n")}
## Warnings about a recording

In \`warnings\` of a prediction. The recording was used.

| code | |
|---|---|
${warnings.join("\n")}
`;
}

function writeRow(cells: readonly string[]): string {
  return `| ${cells
    .map((cell) => cell.replaceAll("|", "\\|").replaceAll(/(?<![`\w])_(\w+)/g, "\\_$1"))
    .join(" | ")} |`;
}
