/**
 * Formats a page of docs as text for the terminal: wrapped paragraphs and lists, tables, unchanged code.
 *
 * Covers the Markdown that docs uses: headings, paragraphs, lists, tables, fenced code, links, emphasis. Own
 * code, since a Markdown parser would be the largest part of the command line.
 */
import { formatTable, wrapWords } from "./text-table.ts";

/** Maximum width for legible text, in columns. */
const widest = 100;

/** Formats the page, or its section under the heading `section`, as lines. */
export function describePage(
  markdown: string,
  { width, bold }: { readonly width: number | undefined; bold(text: string): string },
  section?: string,
): string[] {
  const columns = Math.min(width ?? widest, widest);
  return splitBlocks(section === undefined ? markdown : getSection(markdown, section)).flatMap((block, i) => [
    ...(i === 0 ? [] : [""]),
    ...describeBlock(block, columns, bold),
  ]);
}

/** Gets the text from a heading to the next one of its level. */
function getSection(markdown: string, section: string): string {
  const start = markdown.indexOf(`\n## ${section}\n`);
  const end = markdown.indexOf("\n## ", start + 1);
  return markdown.slice(start + 1, end < 0 ? undefined : end);
}

/** Splits text at blank lines; fenced code is one block. Comments and pictures are omitted. */
function splitBlocks(markdown: string): string[][] {
  const blocks: string[][] = [[]];
  let isCode = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) isCode = !isCode;
    if (line === "" && !isCode) blocks.push([]);
    else if (!/^(<!--.*-->|!\[.*\))$/.test(line)) blocks.at(-1)!.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

function describeBlock(block: readonly string[], width: number, bold: (text: string) => string): string[] {
  const [first = ""] = block;
  if (first.startsWith("```")) return block.slice(1, -1).map((line) => `    ${line}`);
  if (first.startsWith("|")) return describeRows(block, width);
  if (first.startsWith("#")) return wrapWords(toPlain(first.replace(/^#+ /, "")), width).map(bold);
  if (!/^(- |\d+\. )/.test(first)) return wrapWords(toPlain(block.join(" ")), width);
  const items = block.join("\n").split(/\n(?=- |\d+\. )/);
  return items.flatMap((item) => {
    const [, mark, text] = /^(- |\d+\. )([\s\S]*)/.exec(item)!;
    const indent = " ".repeat(mark!.length);
    const lines = wrapWords(toPlain(text!.replaceAll(/\s+/g, " ")), width - indent.length);
    return lines.map((line, i) => `${i === 0 ? mark : indent}${line}`);
  });
}

/**
 * Formats a table unchanged if it fits; otherwise each row as its first cell, followed by the others on lines
 * of their own, after their headings.
 */
function describeRows(block: readonly string[], width: number): string[] {
  const [head = [], , ...rows] = block.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => toPlain(cell.trim())),
  );
  const shown = head.every((cell) => cell === "") ? rows : [head, ...rows];
  const table = formatTable(shown, width);
  if (table.every((line) => [...line].length <= width)) return table;
  return rows.flatMap(([name = "", ...cells]) => [
    ...wrapWords(name, width),
    ...cells.flatMap((cell, i) => {
      const title = cells.length > 1 && head[i + 1] ? `${head[i + 1]}: ` : "";
      return wrapWords(`${title}${cell}`, width - 4).map((line) => `    ${line}`);
    }),
  ]);
}

/** Removes the markup; web addresses are kept after their links. */
function toPlain(text: string): string {
  return text
    .replaceAll(/<a id="[^"]*"><\/a>/g, "")
    .replaceAll("<br>", " ")
    .replaceAll(/\[([^\]]*)\]\((https?:[^)]*)\)/g, "$1 ($2)")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/\*\*([^*]+)\*\*/g, "$1")
    .replaceAll("`", "")
    .replaceAll(/\\([_|])/g, "$1")
    .replaceAll("&lt;", "<");
}
