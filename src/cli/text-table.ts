/**
 * Tables of text for the terminal: columns as wide as their widest cell; rows of a name and wrapped text.
 *
 * Not its concern: the contents.
 */

/**
 * Formats a table as lines. The first column, and the last if it contains words, are aligned to the left, the
 * others to the right. If it is wider than `width`, the columns with these `optional` heads are omitted, one
 * after another, until it fits.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
  optional: readonly string[] = [],
): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const isNumeric = rows[0]!.map((_, column) =>
    rows.slice(1).every((row) => /^(-|[\d.]+( %)?)$/.test(row[column]!)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = " ".repeat(widths[column]! - [...cell].length);
        const isLeft = column === 0 || (column === row.length - 1 && !isNumeric[column]);
        return isLeft ? cell + gap : gap + cell;
      })
      .join("  ")
      .trimEnd(),
  );
  const [first, ...others] = optional;
  if (first === undefined || lines.every((line) => [...line].length <= width)) return lines;
  const left = rows[0]!.indexOf(first);
  return formatTable(
    rows.map((row) => row.filter((_, column) => column !== left)),
    width,
    others,
  );
}

/** Splits a text into lines, wrapped between words to `width` columns, at least 20. */
export function wrapWords(text: string, width: number): string[] {
  const room = Math.max(20, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && [...line].length + 1 + [...word].length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Splits a text into lines after `indent` spaces, wrapped to `width` columns if it is given. */
export function wrapIndented(text: string, indent: number, width = Number.POSITIVE_INFINITY): string[] {
  return wrapWords(text, width - indent).map((line) => `${" ".repeat(indent)}${line}`);
}

/** Width of the names before texts. */
const nameWidth = 12;

/**
 * Formats a named text as lines, wrapped between words to `width` columns and indented after the name.
 * `styled`, if given, replaces the text's first characters, which are the same without the style.
 */
export function formatRow(name: string, text: string, width?: number, styled?: string): string[] {
  const lines = wrapWords(text, (width ?? Number.POSITIVE_INFINITY) - nameWidth);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of a style
  const plain = styled?.replace(/\u001b\[\d+m/g, "");
  return lines.map((one, i) => {
    const shown =
      i === 0 && styled !== undefined && one.startsWith(plain!) ? styled + one.slice(plain!.length) : one;
    return `${(i === 0 ? name : "").padEnd(nameWidth)}${shown}`;
  });
}
