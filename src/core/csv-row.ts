/**
 * Writes a row of a table as comma-separated values (RFC 4180).
 *
 * Not its concern: the columns; reading CSV (`dataset/table.ts`).
 */

/** Formats one row without a line end. Cells with commas, quotes or line breaks are quoted. */
export function formatCsvRow(cells: readonly string[]): string {
  return cells.map(quote).join(",");
}

const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
