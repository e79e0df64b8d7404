/**
 * A row of a table as comma-separated values (RFC 4180).
 *
 * Not its concern: what the columns are. Reading is `dataset/table.ts`.
 */

/** One row, without line end: cells with commas, quotes or line ends in quotes. */
export function formatCsvRow(cells: readonly string[]): string {
  return cells.map(quote).join(",");
}

const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
