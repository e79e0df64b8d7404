/**
 * Tables of text for the terminal: columns as wide as their widest cell.
 *
 * Not its concern: what is in them.
 */

/** Lines of a table; the first and the last column are aligned to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = " ".repeat(widths[column]! - [...cell].length);
        return column === 0 || column === row.length - 1 ? cell + gap : gap + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
